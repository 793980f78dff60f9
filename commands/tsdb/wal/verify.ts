import { string as stringArg } from '@oclif/core/args';
import { systemClock, systemDisk } from '../../../src/base/index.js';
import {
  BaseCommand,
  chosenFormat,
  findingFormats,
  formatFlags,
  ProgressBar,
  reportVerification,
} from '../../../src/cli/index.js';
import { openPlace, verifyTarget } from '../../../src/tsdb/index.js';

export default class TsdbWalVerify extends BaseCommand {
  static override summary = 'Check every record of a write-ahead log.';
  static override description =
    'The part of "tsdb verify" that is about logs: pages, checksums, records, gaps between segments and ' +
    'checkpoint, and samples whose series no record names. Ends with 5 where there is damage.';
  static override examples = [
    {
      description: 'Check the log of a data directory.',
      command: '<%= config.bin %> <%= command.id %> data',
    },
    {
      description: 'As a table for a spreadsheet.',
      command: '<%= config.bin %> <%= command.id %> data/wal --format csv',
    },
  ];
  static override args = {
    path: stringArg({
      multiple: true,
      default: ['data/'],
      description: 'Data directories, or the wal, wbl or checkpoint of one, or archives.',
    }),
  };
  static override flags = {
    ...formatFlags(findingFormats, 'How to print: text, json or csv.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TsdbWalVerify);
    process.exitCode = await reportVerification({
      paths: args.path,
      format: chosenFormat(flags, findingFormats, 'text'),
      terminal: this.terminal,
      bar: new ProgressBar(() => systemClock.monotonicMs()),
      open: (path, signal) => openPlace({ disk: systemDisk, path, signal }),
      verify: (path, listeners) =>
        verifyTarget({
          disk: systemDisk,
          path,
          kinds: ['wal', 'wbl', 'checkpoint', 'snapshot'],
          ...listeners,
        }),
    });
  }
}
