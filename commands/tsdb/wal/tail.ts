import { string as stringArg } from '@oclif/core/args';
import { boolean, integer } from '@oclif/core/flags';
import { systemClock, systemDisk, UserError } from '../../../src/base/index.js';
import {
  BaseCommand,
  chosenFormat,
  exitCode,
  formatFlags,
  logFormats,
  logRecordLine,
  withPlace,
} from '../../../src/cli/index.js';
import { openPlace, tailLog } from '../../../src/tsdb/index.js';

export default class TsdbWalTail extends BaseCommand {
  static override summary = 'Print the last records of a write-ahead log and follow it.';
  static override description =
    'With -f it goes on with what a server writes, across segments, until Ctrl-C. Series are shown by their ' +
    'labels where their record was among those read, else by their number.';
  static override examples = [
    { description: 'The last ten records.', command: '<%= config.bin %> <%= command.id %> data' },
    {
      description: 'The last one as JSON.',
      command: '<%= config.bin %> <%= command.id %> data/wal -n 1 --json',
    },
  ];
  static override args = {
    path: stringArg({ default: 'data/', description: 'A data directory, its wal or wbl, or an archive.' }),
  };
  static override flags = {
    lines: integer({
      char: 'n',
      min: 0,
      default: 10,
      description: 'How many of the records there are to print.',
    }),
    follow: boolean({ char: 'f', description: 'Go on with what is written.' }),
    ...formatFlags(logFormats, 'How to print: text or json.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TsdbWalTail);
    const format = chosenFormat(flags, logFormats, 'text');
    const open = (signal: AbortSignal) => openPlace({ disk: systemDisk, path: args.path, signal });
    await withPlace(open, async (place) => {
      if (place.isUnpacked && flags.follow)
        throw new UserError({
          code: 'archive',
          message: `"${args.path}" is an archive, and nobody writes to it: there is nothing to follow`,
          suggestions: ['Leave --follow out.'],
        });
      const stop = new AbortController();
      const interrupt = (): void => {
        process.exitCode = exitCode.interrupted;
        stop.abort();
      };
      process.once('SIGINT', interrupt);
      try {
        await tailLog({
          disk: systemDisk,
          clock: systemClock,
          path: place.directory,
          count: flags.lines,
          follow: flags.follow,
          signal: stop.signal,
          onRecord: (record) =>
            this.terminal.out(logRecordLine({ ...record, path: place.told(record.path) }, format)),
        });
      } finally {
        process.removeListener('SIGINT', interrupt);
      }
    });
  }
}
