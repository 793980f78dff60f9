import { string as stringArg } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { systemClock, systemDisk } from '../../src/base/index.js';
import {
  BaseCommand,
  chosenFormat,
  dumpExitCode,
  dumpFormats,
  dumpOutput,
  formatFlags,
  ProgressBar,
  parseWholeFlag,
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
        form: chosenFormat(flags, dumpFormats, 'prom'),
        sandboxRoot: flags['sandbox-dir-root'] || undefined,
      });
      bar.clear();
      process.exitCode = dumpExitCode(outcome);
    });
  }
}
