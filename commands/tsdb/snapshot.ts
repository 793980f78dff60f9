import { string as stringArg } from '@oclif/core/args';
import { boolean, string } from '@oclif/core/flags';
import { systemDisk } from '../../src/base/index.js';
import {
  BaseCommand,
  chosenFormat,
  formatFlags,
  mergeFormats,
  snapshotReport,
  untilInterrupted,
} from '../../src/cli/index.js';
import { snapshotDirectory } from '../../src/tsdb/index.js';

export default class TsdbSnapshot extends BaseCommand {
  static override summary = 'Copy a data directory in a moment, by hard links.';
  static override description =
    'Blocks are linked, so that the copy takes no room until they are merged or removed; what the logs hold becomes ' +
    'one more block. The directory stays as it is, and no server may have it: of a running one POST ' +
    '/api/v1/admin/tsdb/snapshot asks for the same (--web.enable-admin-api).';
  static override examples = [
    {
      description: 'Copy what a stopped server has.',
      command: '<%= config.bin %> <%= command.id %> data --out backup',
    },
    {
      description: 'Only its blocks.',
      command: '<%= config.bin %> <%= command.id %> data --out backup --skip-head',
    },
  ];
  static override args = {
    directory: stringArg({ default: 'data/', description: 'The data directory.' }),
  };
  static override flags = {
    out: string({ required: true, description: 'The directory that is made.' }),
    'skip-head': boolean({ description: 'Leave out what is in no block yet.' }),
    ...formatFlags(mergeFormats, 'How to print: text or json.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TsdbSnapshot);
    const format = chosenFormat(flags, mergeFormats, 'text');
    const report = await untilInterrupted((signal) =>
      snapshotDirectory({
        disk: systemDisk,
        directory: args.directory,
        into: flags.out,
        withHead: !flags['skip-head'],
        signal,
      }),
    );
    this.terminal.out(snapshotReport({ ...report, directory: flags.out }, format));
  }
}
