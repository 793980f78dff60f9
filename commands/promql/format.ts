import { string as stringArg } from '@oclif/core/args';
import { BaseCommand } from '../../src/cli/index.js';
import { formatQuery } from '../../src/sources/index.js';

export default class PromqlFormat extends BaseCommand {
  static override summary = 'Print a PromQL expression over several lines.';
  static override description =
    'As the API formats it, and with its comments: each stands above what it is about.';
  static override examples = [
    {
      description: 'Format a long expression.',
      command:
        '<%= config.bin %> <%= command.id %> "sum by (job) (rate(http_requests_total{code=~\'5..\'}[5m])) / sum by (job) (rate(http_requests_total[5m]))"',
    },
    {
      description: 'Format a query with comments out of a file.',
      command: '<%= config.bin %> <%= command.id %> "$(cat query.promql)"',
    },
  ];
  static override flags = {};
  static override args = {
    query: stringArg({ required: true, description: 'The PromQL expression.' }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(PromqlFormat);
    this.terminal.out(`${formatQuery(args.query)}\n`);
  }
}
