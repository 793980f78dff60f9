import { string as stringArg } from '@oclif/core/args';
import { integer, string } from '@oclif/core/flags';
import { systemClock, systemDisk, UserError } from '../../../src/base/index.js';
import {
  BaseCommand,
  chosenFormat,
  exitCode,
  formatFlags,
  logFormats,
  logRecordLine,
  parseTimeFlag,
  withPlace,
} from '../../../src/cli/index.js';
import { parseMetricSelector } from '../../../src/promql/index.js';
import { openPlace, readLog, recordNames } from '../../../src/tsdb/index.js';

const pieceBytes = 1 << 16;

export default class TsdbWalCat extends BaseCommand {
  static override summary = 'Print the records of a write-ahead log, one a line.';
  static override description =
    'The newest checkpoint first, then the segments. Text shows the first five entries of a record, JSON all ' +
    'of them. Damaged places are passed over and told on stderr, and the exit code is then 1; a last record ' +
    'that a crash has torn, or that is still being written, is a warning.';
  static override examples = [
    { description: 'All of a log.', command: '<%= config.bin %> <%= command.id %> data' },
    {
      description: 'The samples of one series as JSON.',
      command: '<%= config.bin %> <%= command.id %> data/wal --type samples --match "up" --format json',
    },
  ];
  static override args = {
    path: stringArg({
      default: 'data/',
      description: 'A data directory, its wal, wbl or checkpoint, or an archive.',
    }),
  };
  static override flags = {
    segment: integer({ min: 0, description: 'Only the segment of this number.' }),
    from: string({
      description: 'Only entries from this time on: RFC 3339, unix seconds, or relative such as -1h.',
    }),
    to: string({ description: 'Only entries up to this time.' }),
    type: string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'Only records of this type, by name or number (repeatable).',
    }),
    match: string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'Only entries of series that the selector takes (repeatable).',
    }),
    ...formatFlags(logFormats, 'How to print: text or json.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TsdbWalCat);
    const format = chosenFormat(flags, logFormats, 'text');
    const nowMs = systemClock.nowMs();
    const { from, to, type: types, match, segment } = flags;
    checkTypes(types ?? []);
    let lines = '';
    let isDamaged = false;
    const open = (signal: AbortSignal) => openPlace({ disk: systemDisk, path: args.path, signal });
    await withPlace(open, async (place) => {
      await readLog({
        disk: systemDisk,
        path: place.directory,
        filter: {
          ...(segment === undefined ? {} : { segment }),
          ...(from === undefined ? {} : { fromMs: parseTimeFlag(from, 'from', nowMs) }),
          ...(to === undefined ? {} : { toMs: parseTimeFlag(to, 'to', nowMs) }),
          ...(types === undefined ? {} : { types }),
          ...(match === undefined ? {} : { selectors: match.map((text) => parseMetricSelector(text)) }),
        },
        onRecord: (record) => {
          lines += logRecordLine({ ...record, path: place.told(record.path) }, format);
          if (lines.length >= pieceBytes) {
            this.terminal.out(lines);
            lines = '';
          }
          return true;
        },
        onDamage: ({ path }, { startByte, endByte, reason, isTail }) => {
          const what = `${path}:${startByte}: ${endByte - startByte} bytes without a whole record: ${reason}`;
          const { yellow, red } = this.terminal.errColour;
          const severity = isTail ? yellow('warning:') : red('error:');
          this.terminal.err(`${severity} ${place.told(what)}\n`);
          isDamaged ||= !isTail;
        },
      });
      this.terminal.out(lines);
    });
    if (isDamaged) process.exitCode = exitCode.failure;
  }
}

function checkTypes(types: readonly string[]): void {
  const names = [...recordNames.values()];
  for (const type of types) {
    if (names.includes(type) || /^\d+$/.test(type)) continue;
    throw new UserError({
      code: 'unknown-type',
      message: `no type of record is called "${type}"`,
      suggestions: [`Types are ${names.join(', ')}, or numbers.`],
    });
  }
}
