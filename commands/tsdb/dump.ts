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
  parseWholeFlag,
} from '../../src/cli/index.js';
import { parseSelector } from '../../src/sources/index.js';
import { dumpDatabase } from '../../src/tsdb/index.js';

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
      description: 'The data directory, or the directory of one block.',
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
    const outcome = await dumpDatabase({
      ...dumpOutput(this.terminal),
      disk: systemDisk,
      clock: systemClock,
      directory: args.directory,
      window: {
        mintMs: parseWholeFlag(flags['min-time'] ?? '-9223372036854775808', 'min-time'),
        maxtMs: parseWholeFlag(flags['max-time'] ?? '9223372036854775807', 'max-time'),
      },
      selectors: (flags.match ?? [`{__name__=~'(?s:.*)'}`]).map(parseSelector),
      form: chosenFormat(flags, dumpFormats, 'prom'),
      sandboxRoot: flags['sandbox-dir-root'] || undefined,
    });
    process.exitCode = dumpExitCode(outcome);
  }
}
