import { string as stringArg } from '@oclif/core/args';
import { boolean, string } from '@oclif/core/flags';
import { systemDisk, UserError } from '../../src/base/index.js';
import { checkConfigs } from '../../src/check/index.js';
import {
  BaseCommand,
  checkFormats,
  chosenFormat,
  formatFlags,
  parseStepFlag,
  readLintOptions,
  reportChecks,
} from '../../src/cli/index.js';
import { maskSecrets } from '../../src/config/index.js';

export default class CheckConfig extends BaseCommand {
  static override summary = 'Check configuration files.';
  static override description =
    'Reads them as a server does, with the rule files and the files of targets that they name, and tells of every problem at ' +
    "its place before promtool's own words. Ends with 1 where a file is bad, with 3 where --lint-fatal is given and lint finds " +
    'something.';
  static override examples = [
    { description: 'Check a file.', command: '<%= config.bin %> <%= command.id %> prometheus.yml' },
    {
      description: 'Without the files that it names.',
      command: '<%= config.bin %> <%= command.id %> --syntax-only prometheus.yml',
    },
    {
      description: 'For code scanning.',
      command: '<%= config.bin %> <%= command.id %> --format sarif prometheus.yml',
    },
  ];
  static override args = {
    file: stringArg({ multiple: true, required: true, description: 'The configuration files to check.' }),
  };
  static override flags = {
    'syntax-only': boolean({ description: 'Look at no file that the configuration names.' }),
    agent: boolean({ description: 'Check for a server in agent mode.' }),
    lint: string({
      default: 'duplicate-rules',
      description:
        'What to look for: all, duplicate-rules, too-long-scrape-interval or none, with commas between.',
    }),
    'lint-fatal': boolean({ description: 'End with 3 where lint finds something.' }),
    'ignore-unknown-fields': boolean({ description: 'Pass over unknown fields of rule groups and rules.' }),
    'query.lookback-delta': string({
      default: '5m',
      description: 'What the server looks back for a sample, for too-long-scrape-interval.',
    }),
    ...formatFlags(checkFormats, 'How to print: text, json, github, sarif or junit.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(CheckConfig);
    const format = chosenFormat(flags, checkFormats, 'text');
    for (const file of args.file) await requireFile(file);
    const lint = readLintOptions(
      flags.lint,
      parseStepFlag(flags['query.lookback-delta'], 'query.lookback-delta'),
    );
    if (format === 'text')
      for (const name of lint.unknown)
        this.terminal.out(`WARNING: unknown lint option: ${JSON.stringify(name)}\n`);
    const checks = checkConfigs({
      disk: systemDisk,
      files: args.file,
      env: process.env,
      isSyntaxOnly: flags['syntax-only'],
      isAgent: flags.agent,
      ignoresUnknownFields: flags['ignore-unknown-fields'],
      lint,
    });
    process.exitCode = await reportChecks(withSources(checks), {
      format,
      terminal: this.terminal,
      isLintFatal: flags['lint-fatal'],
    });
  }
}

async function requireFile(file: string): Promise<void> {
  const stat = await systemDisk.stat(file);
  if (stat === undefined)
    throw new UserError({ code: 'no-such-file', message: `path '${file}' does not exist` });
  if (stat.isDirectory) throw new UserError({ code: 'no-file', message: `'${file}' is a directory` });
}

type Checks = ReturnType<typeof checkConfigs>;

async function* withSources(checks: Checks) {
  for await (const check of checks) {
    const { text } = check;
    const source = (line: number): string | undefined =>
      text === undefined ? undefined : maskSecrets(text, line);
    yield { ...check, source };
  }
}
