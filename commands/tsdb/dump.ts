import { systemClock, systemDisk } from '../../src/base/index.js';
import {
  BaseCommand,
  chosenFormat,
  dumpArgs,
  dumpExitCode,
  dumpFlags,
  dumpFormats,
  dumpOutput,
  dumpSelection,
  formatFlags,
  ProgressBar,
  withPlace,
} from '../../src/cli/index.js';
import { parseSelector } from '../../src/sources/index.js';
import { dumpDatabase, openPlace } from '../../src/tsdb/index.js';

export default class TsdbDump extends BaseCommand {
  static override summary = 'Print the samples of a data directory.';
  static override description =
    'One line a sample: series, value, time in milliseconds. What is damaged is named on stderr and left out; ' +
    'the exit code is then 1.';
  static override examples = [
    {
      description: 'Print some series.',
      command: `<%= config.bin %> <%= command.id %> data --match '{__name__="up"}'`,
    },
    {
      description: 'List the series alone.',
      command: '<%= config.bin %> <%= command.id %> --format seriesjson data',
    },
    {
      description: 'Write a CSV file of one quarter of an hour.',
      command:
        '<%= config.bin %> <%= command.id %> data --min-time 1700000000000 --max-time 1700000900000 -o csv',
    },
  ];
  static override args = dumpArgs();
  static override flags = {
    ...dumpFlags(),
    ...formatFlags(
      dumpFormats,
      'How to print: prom, seriesjson (series alone), json (a series a line) or csv.',
    ),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TsdbDump);
    const bar = new ProgressBar(() => systemClock.monotonicMs());
    const open = (signal: AbortSignal) => openPlace({ disk: systemDisk, path: args.directory, signal });
    await withPlace(open, async (place) => {
      const selection = dumpSelection(flags);
      const outcome = await dumpDatabase({
        ...dumpOutput(this.terminal, place.told, bar),
        disk: systemDisk,
        clock: systemClock,
        directory: place.directory,
        ...selection,
        selectors: selection.selectors.map(parseSelector),
        form: chosenFormat(flags, dumpFormats, 'prom'),
      });
      bar.clear();
      process.exitCode = dumpExitCode(outcome);
    });
  }
}
