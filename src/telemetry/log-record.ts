export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogValue = string | number | boolean | null | undefined | bigint | Error | readonly string[];

/** One line of log before it is text. */
export interface LogRecord {
  readonly timeMs: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: readonly (readonly [name: string, value: LogValue])[];
}
