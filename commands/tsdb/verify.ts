import { string as stringArg } from '@oclif/core/args';
import { systemClock, systemDisk } from '../../src/base/index.js';
import {
  BaseCommand,
  chosenFormat,
  findingFormats,
  formatFlags,
  ProgressBar,
  reportVerification,
} from '../../src/cli/index.js';
import { openPlace, verifyTarget } from '../../src/tsdb/index.js';

export default class TsdbVerify extends BaseCommand {
  static override summary = 'Check every byte of a data directory, a block or a log.';
  static override description =
    'Reads all files and changes none: checksums, order, overlaps and counts of index, chunks, tombstones, ' +
    'meta.json, write-ahead log, checkpoint and head chunks. Each finding says where it is and what to do next. ' +
    'Ends with 5 where there is damage, with 1 where something could not be read.';
  static override examples = [
    { description: 'Check a data directory.', command: '<%= config.bin %> <%= command.id %> data' },
    {
      description: 'Work on with the findings.',
      command: '<%= config.bin %> <%= command.id %> data --format json',
    },
  ];
  static override args = {
    path: stringArg({
      multiple: true,
      default: ['data/'],
      description:
        'Data directories, blocks, directories named wal, wbl, chunks_head or checkpoint.N, or archives of these.',
    }),
  };
  static override flags = {
    ...formatFlags(findingFormats, 'How to print: text, json or csv.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TsdbVerify);
    process.exitCode = await reportVerification({
      paths: args.path,
      format: chosenFormat(flags, findingFormats, 'text'),
      terminal: this.terminal,
      bar: new ProgressBar(() => systemClock.monotonicMs()),
      open: (path, signal) => openPlace({ disk: systemDisk, path, signal }),
      verify: (path, listeners) => verifyTarget({ disk: systemDisk, path, ...listeners }),
    });
  }
}
