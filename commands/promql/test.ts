import { string as stringArg } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { systemClock, systemDisk } from '../../src/base/index.js';
import { BaseCommand, chosenFormat, formatFlags, reportScripts, scriptFormats } from '../../src/cli/index.js';
import { runScriptFile, type ScriptStorage, scriptParts, scriptStorages } from '../../src/sources/index.js';

export default class PromqlTest extends BaseCommand {
  static override summary = 'Run PromQL test scripts.';
  static override description =
    "Scripts in the language of Prometheus' own tests: load samples, evaluate queries, compare with what is expected. " +
    'Instant queries are evaluated as a step of a range query and with @ modifiers, too. Experimental functions, ' +
    'duration expressions, anchored and smoothed selectors, fill modifiers and delayed name removal are on. Ends with 1 ' +
    'where something failed.';
  static override examples = [
    {
      description: 'Run some scripts.',
      command: '<%= config.bin %> <%= command.id %> rules.test queries.test',
    },
    {
      description: 'Keep the samples in a database on disk, as a server does.',
      command: '<%= config.bin %> <%= command.id %> --storage tsdb rules.test',
    },
  ];
  static override args = {
    file: stringArg({ multiple: true, required: true, description: 'Scripts to run.' }),
  };
  static override flags = {
    storage: string({
      options: scriptStorages,
      default: 'memory',
      description: 'Where samples are kept: in memory, or in a temporary database (tsdb).',
      helpValue: scriptStorages.join('|'),
    }),
    ...formatFlags(scriptFormats, 'How to print: text or json.'),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(PromqlTest);
    const parts = await scriptParts(flags.storage as ScriptStorage, { disk: systemDisk, clock: systemClock });
    process.exitCode = await reportScripts({
      paths: args.file,
      format: chosenFormat(flags, scriptFormats, 'text'),
      terminal: this.terminal,
      run: (path) => runScriptFile({ disk: systemDisk, path }, parts),
    });
  }
}
