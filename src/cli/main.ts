import * as path from 'node:path';
import type { Command } from '@oclif/core/command';
import { Config } from '@oclif/core/config';
import { ExitError } from '@oclif/core/errors';
import type { PJSON } from '@oclif/core/interfaces';
import { systemFiles, UserError } from '../base/index.js';
import { readCommandLine } from './command-line.js';
import { exitCode } from './exit-codes.js';
import { renderError } from './render-error.js';
import { endQuietlyOnClosedPipe, processTerminal, type Terminal } from './terminal.js';
import { usageError } from './usage-error.js';

/** Commands by oclif's ids, of a program that has them in itself. */
export type OwnCommands = ReadonlyMap<string, () => Promise<{ readonly default: Command.Class }>>;

/**
 * Runs one command line; sets the process' exit code, never calls exit while output may still be on its way. Commands
 * that are not among `own` are loaded by oclif.
 */
export async function main(root: string, args: readonly string[], own?: OwnCommands): Promise<void> {
  endQuietlyOnClosedPipe();
  const terminal = processTerminal(args.includes('--no-color') ? { color: false } : {});
  let commandName = '';
  try {
    const config = await Config.load({ root, pjson: readPackage(root) });
    const line = readCommandLine(args, config.commandIDs);
    if (line.kind === 'help') {
      const { showHelp } = await import('./show-help.js');
      await showHelp(config, line.words);
      return;
    }
    commandName = line.id.replaceAll(':', ' ');
    const command = await loadCommand(line.id, config, own);
    await command.run([...line.argv], config);
  } catch (error) {
    process.exitCode = report(error, commandName, terminal);
  }
}

async function loadCommand(id: string, config: Config, own: OwnCommands | undefined): Promise<Command.Class> {
  const load = own?.get(id);
  if (load === undefined) return config.findCommand(id, { must: true }).load();
  const command = (await load()).default;
  command.id = id;
  return command;
}

/** Given to oclif, which otherwise walks the directories and reads it twice. */
function readPackage(root: string): PJSON {
  return JSON.parse(systemFiles.readText(path.join(root, 'package.json')) ?? '{}') as PJSON;
}

/** What the user gave is wrong before anything runs: upstream's server then exits with 2. */
const setupCodes: ReadonlySet<string> = new Set(['usage', 'bad-flag', 'bad-config']);

function report(error: unknown, commandName: string, terminal: Terminal): number {
  if (error instanceof ExitError) return error.oclif.exit ?? exitCode.failure;
  const shown = usageError(error, commandName) ?? error;
  terminal.err(`${renderError(shown, terminal.errColour)}\n`);
  const isSetup = shown instanceof UserError && setupCodes.has(shown.code);
  return isSetup && commandName === 'server' ? exitCode.badConfiguration : exitCode.failure;
}
