import { string as stringArg } from '@oclif/core/args';
import { BaseCommand, indentJson } from '../../src/cli/index.js';
import { queryTree } from '../../src/sources/index.js';

export default class PromqlParse extends BaseCommand {
  static override summary = 'Print the syntax tree of a PromQL expression.';
  static override description = "JSON, as the API's /parse_query answers it.";
  static override examples = [
    { description: 'See how operators bind.', command: '<%= config.bin %> <%= command.id %> "-1 ^ 2"' },
    {
      description: 'List the metrics and labels that a query names.',
      command: `<%= config.bin %> <%= command.id %> 'rate(a[5m]) / b' | grep '"name"'`,
    },
  ];
  static override flags = {};
  static override args = {
    query: stringArg({ required: true, description: 'The PromQL expression.' }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(PromqlParse);
    for (const text of indentJson(queryTree(args.query))) this.terminal.out(text);
    this.terminal.out('\n');
  }
}
