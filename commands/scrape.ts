import { string as stringArg } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { systemClock, systemDisk } from '../src/base/index.js';
import {
  BaseCommand,
  chosenFormat,
  exitCode,
  formatFlags,
  pageFormats,
  parseStepFlag,
  reportPage,
} from '../src/cli/index.js';
import { examineTarget } from '../src/scrape/index.js';

export default class Scrape extends BaseCommand {
  static override summary = 'Scrape a target once and show what it gives.';
  static override description =
    'Asks as a server would, reads the page as a server would, and says what a server would stumble over. ' +
    'Exits with 1 when a server could keep nothing of the page.';
  static override examples = [
    {
      description: 'See a target as a table.',
      command: '<%= config.bin %> <%= command.id %> http://localhost:9090/metrics',
    },
    {
      description: 'Work on with its samples.',
      command: '<%= config.bin %> <%= command.id %> localhost:9090 --format json',
    },
  ];
  static override args = {
    url: stringArg({
      required: true,
      description: 'The page; host:port alone means http://host:port/metrics.',
    }),
  };
  static override flags = {
    timeout: string({ default: '10s', description: 'Longest time the scrape may take.' }),
    ...formatFlags(pageFormats, 'How to print: table, json, or prom (the text format).'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Scrape);
    const report = await examineTarget({
      url: args.url,
      timeoutMs: parseStepFlag(flags.timeout, 'timeout'),
      disk: systemDisk,
      clock: systemClock,
    });
    reportPage(report, chosenFormat(flags, pageFormats, 'table'), this.terminal);
    if (report.problems.some(({ isFatal }) => isFatal)) process.exitCode = exitCode.failure;
  }
}
