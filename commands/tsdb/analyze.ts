import { string as stringArg } from '@oclif/core/args';
import { boolean, integer, string } from '@oclif/core/flags';
import { systemClock, systemDisk } from '../../src/base/index.js';
import {
  analysisCsv,
  analysisFormats,
  analysisJson,
  analysisTable,
  BaseCommand,
  chosenFormat,
  formatFlags,
  type Output,
  ProgressBar,
  putOutput,
  renderAnalysis,
  withPlace,
} from '../../src/cli/index.js';
import { analyzeDirectory, openPlace } from '../../src/tsdb/index.js';

export default class TsdbAnalyze extends BaseCommand {
  static override summary = 'Analyze churn, label pair cardinality and chunks of a block.';
  static override description =
    'Says which labels cost most in a block: how many series and values they have, and how many of their series ' +
    'come and go. Entries that count the same are listed in the order of the index.';
  static override examples = [
    { description: 'Analyze the last block.', command: '<%= config.bin %> <%= command.id %> data' },
    {
      description: 'The five largest of each list, and how full the chunks are.',
      command: '<%= config.bin %> <%= command.id %> --limit=5 --extended data',
    },
    {
      description: 'Some series alone.',
      command: `<%= config.bin %> <%= command.id %> data --match '{job="node"}'`,
    },
  ];
  static override args = {
    directory: stringArg({
      default: 'data/',
      description: 'A data directory, a block, or an archive of one.',
    }),
    block: stringArg({ description: 'The ULID of the block, by default the last one made.' }),
  };
  static override flags = {
    limit: integer({ default: 20, description: 'How many entries to show of each list.' }),
    extended: boolean({ allowNo: true, description: 'Read the chunks too.' }),
    match: string({ description: 'A selector of the series to analyze.' }),
    out: string({ description: 'A file to write instead of printing (- is the terminal).' }),
    ...formatFlags(analysisFormats, 'How to print: text, json, csv or parquet.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(TsdbAnalyze);
    const format = chosenFormat(flags, analysisFormats, 'text');
    const selector = flags.match || undefined;
    let matchers: Parameters<typeof analyzeDirectory>[0]['matchers'];
    if (selector !== undefined) {
      const { parseSelector } = await import('../../src/sources/index.js');
      matchers = parseSelector(selector);
    }
    const bar = new ProgressBar(() => systemClock.monotonicMs());
    const open = (signal: AbortSignal) => openPlace({ disk: systemDisk, path: args.directory, signal });
    await withPlace(open, async (place) => {
      const analysis = await analyzeDirectory({
        disk: systemDisk,
        directory: place.directory,
        block: args.block,
        limit: flags.limit,
        matchers,
        extended: flags.extended,
        onProgress: ({ doneBytes, totalBytes }) => bar.show(doneBytes, totalBytes),
      });
      bar.clear();
      let output: Output;
      if (format === 'json') output = analysisJson(analysis);
      else if (format === 'csv') output = analysisCsv(analysis);
      else if (format === 'parquet') output = analysisTable(analysis);
      else output = renderAnalysis(analysis, selector);
      await putOutput(output, { disk: systemDisk, file: flags.out, terminal: this.terminal });
      if (analysis.chunkDamage !== undefined) throw analysis.chunkDamage;
    });
  }
}
