import { string as stringArg } from '@oclif/core/args';
import { systemClock, systemDisk } from '../../../src/base/index.js';
import {
  BaseCommand,
  chosenFormat,
  FindingReporter,
  findingFormats,
  formatFlags,
  ProgressBar,
} from '../../../src/cli/index.js';
import { verifyTarget } from '../../../src/tsdb/index.js';

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
    path: stringArg({ default: 'data/', description: 'A data directory, or its wal, wbl or checkpoint.' }),
  };
  static override flags = {
    ...formatFlags(findingFormats, 'How to print: text, json or csv.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TsdbWalVerify);
    const reporter = new FindingReporter(chosenFormat(flags, findingFormats, 'text'), this.terminal);
    const bar = new ProgressBar(() => systemClock.monotonicMs());
    const report = await verifyTarget({
      disk: systemDisk,
      path: args.path,
      kinds: ['wal', 'wbl', 'checkpoint', 'snapshot'],
      onFinding: (finding) => {
        bar.clear();
        reporter.add(finding);
      },
      onProgress: ({ doneBytes, totalBytes }) => bar.show(doneBytes, totalBytes),
    });
    bar.clear();
    process.exitCode = reporter.finish(report);
  }
}
