import { string as stringArg } from '@oclif/core/args';
import { systemDisk } from '../../../src/base/index.js';
import {
  BaseCommand,
  chosenFormat,
  formatFlags,
  logFormats,
  logStatText,
  withPlace,
} from '../../../src/cli/index.js';
import { openPlace, readLogStat } from '../../../src/tsdb/index.js';

export default class TsdbWalStat extends BaseCommand {
  static override summary = 'Count what a write-ahead log holds.';
  static override description =
    'Segments, pages, records by type, series, samples, the time they span, and what could not be read; ' +
    'the newest checkpoint is counted with the segments behind it.';
  static override examples = [
    { description: 'Of a data directory.', command: '<%= config.bin %> <%= command.id %> data' },
    {
      description: 'Of a log, as JSON.',
      command: '<%= config.bin %> <%= command.id %> data/wal --format json',
    },
  ];
  static override args = {
    path: stringArg({
      default: 'data/',
      description: 'A data directory, its wal, wbl or checkpoint, or an archive.',
    }),
  };
  static override flags = {
    ...formatFlags(logFormats, 'How to print: text or json.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TsdbWalStat);
    const format = chosenFormat(flags, logFormats, 'text');
    const open = (signal: AbortSignal) => openPlace({ disk: systemDisk, path: args.path, signal });
    await withPlace(open, async (place) => {
      const stat = await readLogStat({ disk: systemDisk, path: place.directory });
      this.terminal.out(logStatText({ ...stat, path: place.told(stat.path) }, format));
    });
  }
}
