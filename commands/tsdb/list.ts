import { string as stringArg } from '@oclif/core/args';
import { boolean, string } from '@oclif/core/flags';
import { systemDisk, UserError } from '../../src/base/index.js';
import {
  BaseCommand,
  blockListCsv,
  blockListFormats,
  blockListJson,
  blockListTable,
  chosenFormat,
  formatFlags,
  type Output,
  putOutput,
  renderBlockList,
} from '../../src/cli/index.js';
import { reportBlocks } from '../../src/tsdb/index.js';

export default class TsdbList extends BaseCommand {
  static override summary = 'List the blocks of a data directory.';
  static override description =
    'By first time. Times are in milliseconds, sizes in bytes, unless -r is given.';
  static override examples = [
    { description: 'List the blocks.', command: '<%= config.bin %> <%= command.id %> data' },
    {
      description: 'With times and sizes for people.',
      command: '<%= config.bin %> <%= command.id %> -r data',
    },
    {
      description: 'Work on with the list.',
      command: '<%= config.bin %> <%= command.id %> data --format json',
    },
  ];
  static override args = {
    directory: stringArg({ default: 'data/', description: 'The data directory.' }),
  };
  static override flags = {
    'human-readable': boolean({
      char: 'r',
      allowNo: true,
      description: 'Print times and sizes for people.',
    }),
    out: string({ description: 'A file to write instead of printing (- is the terminal).' }),
    ...formatFlags(blockListFormats, 'How to print: table, json, csv or parquet.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TsdbList);
    const format = chosenFormat(flags, blockListFormats, 'table');
    const { blocks, skipped, corrupted } = await reportBlocks(systemDisk, args.directory);
    for (const text of skipped) this.terminal.err(`${this.terminal.errColour.yellow('warning:')} ${text}\n`);
    if (corrupted.length > 0) {
      throw new UserError({ code: 'corrupted-block', message: corrupted.join('\n') });
    }
    let output: Output;
    if (format === 'json') output = blockListJson(blocks);
    else if (format === 'csv') output = blockListCsv(blocks);
    else if (format === 'parquet') output = blockListTable(blocks);
    else output = renderBlockList(blocks, flags['human-readable']);
    await putOutput(output, { disk: systemDisk, file: flags.out, terminal: this.terminal });
  }
}
