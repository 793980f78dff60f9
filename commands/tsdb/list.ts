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
  withPlace,
} from '../../src/cli/index.js';
import { openPlace, reportBlocks } from '../../src/tsdb/index.js';

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
    directory: stringArg({
      default: 'data/',
      description: 'A data directory, a block, or an archive of one.',
    }),
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
    const open = (signal: AbortSignal) => openPlace({ disk: systemDisk, path: args.directory, signal });
    await withPlace(open, async (place) => {
      const { blocks, skipped, corrupted } = await reportBlocks(systemDisk, place.directory);
      for (const text of skipped)
        this.terminal.err(`${this.terminal.errColour.yellow('warning:')} ${place.told(text)}\n`);
      if (corrupted.length > 0) {
        throw new UserError({ code: 'corrupted-block', message: place.told(corrupted.join('\n')) });
      }
      let output: Output;
      if (format === 'json') output = blockListJson(blocks);
      else if (format === 'csv') output = blockListCsv(blocks);
      else if (format === 'parquet') output = blockListTable(blocks);
      else output = renderBlockList(blocks, flags['human-readable']);
      await putOutput(output, { disk: systemDisk, file: flags.out, terminal: this.terminal });
    });
  }
}
