import { systemClock, systemDisk } from '../../src/base/index.js';
import {
  BaseCommand,
  dumpArgs,
  dumpExitCode,
  dumpFlags,
  dumpOutput,
  dumpSelection,
  ProgressBar,
  withPlace,
} from '../../src/cli/index.js';
import { parseSelector } from '../../src/sources/index.js';
import { dumpDatabase, openPlace } from '../../src/tsdb/index.js';

export default class TsdbDumpOpenmetrics extends BaseCommand {
  static override summary = 'Print the samples of a data directory as OpenMetrics text.';
  static override description =
    'Native histograms have no form there and are left out. What is damaged is named on stderr and left out; ' +
    'the exit code is then 1.';
  static override examples = [
    {
      description: 'Print some series.',
      command: `<%= config.bin %> <%= command.id %> data --match '{__name__="up"}'`,
    },
    {
      description: 'Move all samples to another server.',
      command: '<%= config.bin %> <%= command.id %> data',
    },
  ];
  static override args = dumpArgs();
  static override flags = dumpFlags();

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TsdbDumpOpenmetrics);
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
        form: 'openmetrics',
      });
      bar.clear();
      process.exitCode = dumpExitCode(outcome);
    });
  }
}
