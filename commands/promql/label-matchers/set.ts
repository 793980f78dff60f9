import { string as stringArg } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { BaseCommand } from '../../../src/cli/index.js';
import type { MatchType } from '../../../src/model/index.js';
import { setLabelMatcher } from '../../../src/sources/index.js';

export default class PromqlLabelMatchersSet extends BaseCommand {
  static override summary = 'Set a label matcher in every selector of a PromQL expression.';
  static override examples = [
    {
      description: 'Ask one job alone.',
      command: '<%= config.bin %> <%= command.id %> "rate(http_requests_total[5m])" job api',
    },
    {
      description: 'By a regular expression.',
      command: '<%= config.bin %> <%= command.id %> --type "=~" up instance "host-.*"',
    },
  ];
  static override args = {
    query: stringArg({ required: true, description: 'The PromQL expression.' }),
    name: stringArg({ required: true, description: 'The label.' }),
    value: stringArg({ required: true, description: 'What the label is compared with.' }),
  };
  static override flags = {
    type: string({
      char: 't',
      options: ['=', '!=', '=~', '!~'],
      default: '=',
      description: 'How the label is compared: =, !=, =~ or !~.',
      helpValue: '=|!=|=~|!~',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PromqlLabelMatchersSet);
    const { query, name, value } = args;
    this.terminal.out(`${setLabelMatcher(query, { type: flags.type as MatchType, name, value })}\n`);
  }
}
