import { string as stringArg } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { systemClock, systemDisk } from '../../src/base/index.js';
import {
  BaseCommand,
  dumpExitCode,
  dumpOutput,
  ProgressBar,
  parseWholeFlag,
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
  static override args = {
    directory: stringArg({
      default: 'data/',
      description:
        'A data directory or any part of one (a block, wal, wbl, chunks_head, a checkpoint), or an archive of it.',
    }),
  };
  static override flags = {
    'sandbox-dir-root': string({
      description: 'Accepted for scripts written for promtool: nothing is written anywhere.',
    }),
    'min-time': string({ description: 'The first time to print, in milliseconds since 1970.' }),
    'max-time': string({ description: 'The last time to print, in milliseconds since 1970.' }),
    match: string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'A selector of series (repeatable; a series needs to match one).',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TsdbDumpOpenmetrics);
    const bar = new ProgressBar(() => systemClock.monotonicMs());
    const open = (signal: AbortSignal) => openPlace({ disk: systemDisk, path: args.directory, signal });
    await withPlace(open, async (place) => {
      const outcome = await dumpDatabase({
        ...dumpOutput(this.terminal, place.told, bar),
        disk: systemDisk,
        clock: systemClock,
        directory: place.directory,
        window: {
          mintMs: parseWholeFlag(flags['min-time'] ?? '-9223372036854775808', 'min-time'),
          maxtMs: parseWholeFlag(flags['max-time'] ?? '9223372036854775807', 'max-time'),
        },
        selectors: (flags.match ?? [`{__name__=~'(?s:.*)'}`]).map(parseSelector),
        form: 'openmetrics',
        sandboxRoot: flags['sandbox-dir-root'] || undefined,
      });
      bar.clear();
      process.exitCode = dumpExitCode(outcome);
    });
  }
}
