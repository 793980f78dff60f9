import { string as stringArg } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { systemClock, systemDisk, UserError } from '../../src/base/index.js';
import {
  answerFormats,
  BaseCommand,
  chosenFormat,
  formatFlags,
  parseStepFlag,
  parseTimeFlag,
  type ReportedAnswer,
  reportAnswer,
} from '../../src/cli/index.js';
import { type EvaluationTimes, evaluate } from '../../src/sources/index.js';

export default class PromqlEval extends BaseCommand {
  static override summary = 'Evaluate a PromQL expression against a server or a data directory.';
  static override description =
    'At one moment (--time, by default now) or over a range (--start, --end, --step), which is drawn as a chart. ' +
    'Without --url and --data-dir there are no series: expressions of numbers alone have a value.';
  static override examples = [
    { description: 'Do arithmetic.', command: '<%= config.bin %> <%= command.id %> "2 ^ 10"' },
    {
      description: 'Ask a running server.',
      command: '<%= config.bin %> <%= command.id %> up --url http://localhost:9090',
    },
    {
      description: 'Draw the last hour from a data directory, without a server.',
      command:
        '<%= config.bin %> <%= command.id %> "rate(node_cpu_seconds_total[5m])" --data-dir data --start -1h --step 1m',
    },
    {
      description: 'Write a CSV file.',
      command: '<%= config.bin %> <%= command.id %> up --data-dir data --start -1h --step 15s -o csv',
    },
  ];
  static override args = {
    expr: stringArg({ required: true, description: 'The PromQL expression.' }),
  };
  static override flags = {
    url: string({ description: 'A Prometheus-compatible server to ask.', exclusive: ['data-dir'] }),
    'data-dir': string({ description: 'A data directory (or its wal) to read, never to change.' }),
    time: string({
      description: 'The moment to evaluate at: RFC 3339, unix seconds, or relative such as -1h.',
      exclusive: ['start', 'end', 'step'],
    }),
    start: string({ description: 'Start of the range.', dependsOn: ['step'] }),
    end: string({ description: 'End of the range, by default now.', dependsOn: ['start'] }),
    step: string({
      description: 'Distance of the points of the range: a duration or seconds.',
      dependsOn: ['start'],
    }),
    ...formatFlags(answerFormats, 'How to print: table (for a range: chart), chart, json or csv.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PromqlEval);
    const nowMs = systemClock.nowMs();
    const at = (text: string | undefined, flag: string): number =>
      text === undefined ? nowMs : parseTimeFlag(text, flag, nowMs);
    const isRange = flags.start !== undefined && flags.step !== undefined;
    const format = chosenFormat(flags, answerFormats, isRange ? 'chart' : 'table');
    const times: EvaluationTimes = isRange
      ? {
          startMs: at(flags.start, 'start'),
          endMs: at(flags.end, 'end'),
          stepMs: parseStepFlag(flags.step as string, 'step'),
        }
      : { timeMs: at(flags.time, 'time') };
    if ('startMs' in times && times.endMs < times.startMs) {
      throw new UserError({ code: 'bad-time', message: 'the range ends before it starts' });
    }
    const answer: ReportedAnswer = await evaluate({
      query: args.expr,
      times,
      url: flags.url,
      dataDirectory: flags['data-dir'],
      disk: systemDisk,
      clock: systemClock,
    });
    reportAnswer(answer, format, this.terminal);
  }
}
