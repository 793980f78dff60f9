import { string as stringArg } from '@oclif/core/args';
import { BaseCommand } from '../../../src/cli/index.js';
import { deleteLabelMatcher } from '../../../src/sources/index.js';

export default class PromqlLabelMatchersDelete extends BaseCommand {
  static override summary = 'Delete a label from every selector of a PromQL expression.';
  static override examples = [
    {
      description: 'Ask all jobs.',
      command: `<%= config.bin %> <%= command.id %> 'up{job="api",instance="a"}' job`,
    },
    {
      description: 'Undo the choice of an instance.',
      command: `<%= config.bin %> <%= command.id %> 'rate(a{instance="x"}[5m]) / b{instance="x"}' instance`,
    },
  ];
  static override flags = {};
  static override args = {
    query: stringArg({ required: true, description: 'The PromQL expression.' }),
    name: stringArg({ required: true, description: 'The label.' }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(PromqlLabelMatchersDelete);
    this.terminal.out(`${deleteLabelMatcher(args.query, args.name)}\n`);
  }
}
