import type { Clock } from '../base/index.js';
import { formatJsonLine, formatTextLine } from './log-format.js';
import type { LogLevel, LogRecord, LogValue } from './log-record.js';

export type LogFormat = 'logfmt' | 'json';
export type LogFields = Readonly<Record<string, LogValue>>;

/**
 * Where a part of the program says what happens. Messages and fields are upstream's where upstream has them.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that puts these fields in front of every line's own. */
  with(fields: LogFields): Logger;
}

const rank: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

export interface LoggerOptions {
  readonly format: LogFormat;
  /** Lines below it are dropped. */
  readonly level: LogLevel;
  readonly clock: Clock;
  /** Takes one line, its line feed included. */
  readonly write: (line: string) => void;
}

/** Lines as Go's slog writes them: its text handler for `logfmt`, its JSON handler for `json`. */
export function createLogger(options: LoggerOptions): Logger {
  return loggerWith(options, []);
}

function loggerWith(options: LoggerOptions, bound: LogRecord['fields']): Logger {
  const format = options.format === 'json' ? formatJsonLine : formatTextLine;
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (rank[level] < rank[options.level]) return;
      const all = [...bound, ...Object.entries(fields)];
      options.write(format({ timeMs: options.clock.nowMs(), level, message, fields: all }));
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (fields) => loggerWith(options, [...bound, ...Object.entries(fields)]),
  };
}

const ignore = (): void => {};

/** Drops everything. */
export const silentLogger: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  with: () => silentLogger,
};
