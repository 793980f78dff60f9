import { string as stringArg } from '@oclif/core/args';
import { boolean, string } from '@oclif/core/flags';
import { systemDisk, UserError } from '../../src/base/index.js';
import {
  BaseCommand,
  chosenFormat,
  deletionReport,
  formatFlags,
  mergeFormats,
  parseWholeFlag,
  untilInterrupted,
} from '../../src/cli/index.js';
import { parseSelector } from '../../src/sources/index.js';
import { type DeletionTarget, deleteOffline } from '../../src/tsdb/index.js';

export default class TsdbDelete extends BaseCommand {
  static override summary = 'Delete samples of series.';
  static override description =
    'Prints how much matches and stops; --apply does it: in a copy (--out), or in the directory itself (--in-place), ' +
    'which is refused while a server has it. Deleted samples are noted and left out by whoever reads them; --clean ' +
    'writes the blocks again without them. Of a running server POST /api/v1/admin/tsdb/delete_series asks for the same.';
  static override examples = [
    {
      description: 'How much a selector matches.',
      command: `<%= config.bin %> <%= command.id %> data --match '{job="old"}'`,
    },
    {
      description: 'Delete what is older, and give its room back.',
      command: `<%= config.bin %> <%= command.id %> data --match '{job="old"}' --max-time 1700000000000 --in-place --clean --apply`,
    },
  ];
  static override args = {
    directory: stringArg({ default: 'data/', description: 'The data directory.' }),
  };
  static override flags = {
    match: string({
      multiple: true,
      multipleNonGreedy: true,
      required: true,
      description: 'A selector of series (repeatable; a series needs to match one).',
    }),
    'min-time': string({ description: 'The first time to delete, in milliseconds since 1970.' }),
    'max-time': string({ description: 'The last time to delete, in milliseconds since 1970.' }),
    clean: boolean({ description: 'Write the blocks again without what is deleted.' }),
    out: string({ description: 'The directory that a changed copy is written to.', exclusive: ['in-place'] }),
    'in-place': boolean({ description: 'Change the data directory.' }),
    apply: boolean({ description: 'Do it.' }),
    ...formatFlags(mergeFormats, 'How to print: text or json.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TsdbDelete);
    const format = chosenFormat(flags, mergeFormats, 'text');
    const matcherSets = flags.match.map(parseSelector);
    const mintMs = parseWholeFlag(flags['min-time'] ?? '-9223372036854775808', 'min-time');
    const maxtMs = parseWholeFlag(flags['max-time'] ?? '9223372036854775807', 'max-time');
    const target = flags.apply ? targetOf(flags.out, flags['in-place']) : undefined;
    const { clean } = flags;
    const report = await untilInterrupted((signal) =>
      deleteOffline({
        ...{ disk: systemDisk, directory: args.directory, matcherSets, mintMs, maxtMs },
        ...{ clean, target, signal },
      }),
    );
    this.terminal.out(deletionReport(report, format));
  }
}

function targetOf(out: string | undefined, inPlace: boolean): DeletionTarget {
  if (out !== undefined) return { kind: 'out', directory: out };
  if (inPlace) return { kind: 'in-place' };
  throw new UserError({
    code: 'no-target',
    message: 'nobody said what is to be changed',
    suggestions: ['Give --out with a new directory, or --in-place.'],
  });
}
