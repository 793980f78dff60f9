import { string as stringArg } from '@oclif/core/args';
import { systemClock, systemDisk } from '../../src/base/index.js';
import {
  BaseCommand,
  chosenFormat,
  FindingReporter,
  findingFormats,
  formatFlags,
  ProgressBar,
  withPlace,
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
      default: 'data/',
      description:
        'A data directory, a block, or a directory named wal, wbl, chunks_head or checkpoint.N, or an archive of one.',
    }),
  };
  static override flags = {
    ...formatFlags(findingFormats, 'How to print: text, json or csv.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TsdbVerify);
    const reporter = new FindingReporter(chosenFormat(flags, findingFormats, 'text'), this.terminal);
    const bar = new ProgressBar(() => systemClock.monotonicMs());
    const open = (signal: AbortSignal) => openPlace({ disk: systemDisk, path: args.path, signal });
    await withPlace(open, async (place) => {
      const report = await verifyTarget({
        disk: systemDisk,
        path: place.directory,
        onFinding: (finding) => {
          bar.clear();
          reporter.add({ ...finding, path: place.told(finding.path), message: place.told(finding.message) });
        },
        onProgress: ({ doneBytes, totalBytes }) => bar.show(doneBytes, totalBytes),
      });
      bar.clear();
      process.exitCode = reporter.finish({ ...report, path: args.path });
    });
  }
}
