import { string as stringArg } from '@oclif/core/args';
import { boolean, string } from '@oclif/core/flags';
import { systemDisk, UserError } from '../../src/base/index.js';
import {
  BaseCommand,
  chosenFormat,
  formatFlags,
  mergeFormats,
  mergeReport,
  parseStepFlag,
  untilInterrupted,
} from '../../src/cli/index.js';
import { type MergeTarget, mergeBlocks } from '../../src/tsdb/index.js';

export default class TsdbCompact extends BaseCommand {
  static override summary = 'Merge blocks into one, or into one for each span of time.';
  static override description =
    'Prints what would be done and stops; --apply does it. Chunks are copied as they are, their checksums ' +
    'verified; overlapping ones are merged, and what is deleted is left out. The blocks go to a new directory ' +
    '(--out), or take the place of those that they were made of (--in-place), which is refused while a server ' +
    'has the directory.';
  static override examples = [
    {
      description: 'What merging all blocks would make.',
      command: '<%= config.bin %> <%= command.id %> data',
    },
    {
      description: 'Write a block a day into another directory.',
      command: '<%= config.bin %> <%= command.id %> data --split 1d --out merged --apply',
    },
  ];
  static override args = {
    path: stringArg({
      multiple: true,
      default: ['data/'],
      description: 'A data directory, or blocks by their directories.',
    }),
  };
  static override flags = {
    split: string({ description: 'One block for each span of this length (such as 1d), in UTC.' }),
    out: string({ description: 'The directory that the blocks are written to.', exclusive: ['in-place'] }),
    'in-place': boolean({
      description: 'Put the blocks into the data directory, in the place of the others.',
    }),
    apply: boolean({ description: 'Do it.' }),
    ...formatFlags(mergeFormats, 'How to print: text or json.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TsdbCompact);
    const format = chosenFormat(flags, mergeFormats, 'text');
    const splitMs = flags.split === undefined ? undefined : parseStepFlag(flags.split, 'split');
    const target = flags.apply ? targetOf(flags.out, flags['in-place']) : undefined;
    const report = await untilInterrupted((signal) =>
      mergeBlocks({ disk: systemDisk, paths: args.path, splitMs, target, signal }),
    );
    this.terminal.out(mergeReport(report, format));
  }
}

function targetOf(out: string | undefined, inPlace: boolean): MergeTarget {
  if (out !== undefined) return { kind: 'out', directory: out };
  if (inPlace) return { kind: 'in-place' };
  throw new UserError({
    code: 'no-target',
    message: 'nobody said where the blocks are to go',
    suggestions: ['Give --out with a new directory, or --in-place.'],
  });
}
