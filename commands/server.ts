import { boolean, string } from '@oclif/core/flags';
import type { FlagInput } from '@oclif/core/interfaces';
import { systemClock, systemDisk, systemRandom, UserError } from '../src/base/index.js';
import { BaseCommand, exitCode } from '../src/cli/index.js';
import { readSettings, type ServerFlag, serve, serverFlags } from '../src/server/index.js';

function oclifFlag(flag: ServerFlag) {
  const pending = flag.effect === 'pending' ? ' (Accepted, without effect yet.)' : '';
  const shown = flag.defaultText === '' || flag.kind === 'boolean' ? '' : ` [default: ${flag.defaultText}]`;
  const shared = {
    description: `${flag.help}${shown}${pending}`,
    hidden: flag.hidden ?? flag.effect === 'agent',
  };
  if (flag.kind === 'boolean') return boolean({ ...shared, allowNo: true });
  const options = flag.choices ? { options: [...flag.choices] } : {};
  if (flag.repeatable) return string({ ...shared, ...options, multiple: true, multipleNonGreedy: true });
  return string({ ...shared, ...options, helpValue: `<${flag.kind}>` });
}

export default class Server extends BaseCommand {
  static override summary = 'Scrape targets, keep their samples, and answer PromQL over HTTP.';
  static override description =
    'Takes the flags and the configuration file of prometheus 3.14. Without --config.file and without ' +
    './prometheus.yml it scrapes itself and the basics of this machine.';
  static override usage = '<%= command.id %> [FLAGS]';
  static override examples = [
    { description: 'Watch this machine.', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'Run a configuration on another port.',
      command:
        '<%= config.bin %> <%= command.id %> --config.file=prometheus.yml --web.listen-address=127.0.0.1:9090 --storage.tsdb.path=data',
    },
  ];
  static override flags = Object.fromEntries(
    serverFlags.map((flag) => [flag.name, oclifFlag(flag)]),
  ) as FlagInput;

  async run(): Promise<void> {
    if (process.platform === 'win32') {
      throw new UserError({ code: 'unsupported-platform', message: 'tsprom server runs on Linux and macOS' });
    }
    const { flags, metadata } = await this.parse(Server);
    const given = new Map(
      Object.entries(flags).filter(([name]) => metadata.flags[name]?.setFromDefault !== true),
    ) as ReadonlyMap<string, string | boolean | readonly string[]>;
    const { terminal } = this;
    const server = serve({
      settings: readSettings(given),
      disk: systemDisk,
      clock: systemClock,
      random: systemRandom,
      env: process.env,
      log: (line) => terminal.err(line),
      greet: (text) => terminal.out(text),
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        // A second signal does not wait for anything.
        if (!server.stop(`Received an OS signal, exiting gracefully...`, signal))
          process.exit(exitCode.failure);
      });
    }
    process.on('SIGHUP', () => server.reload());
    await server.done;
  }
}
