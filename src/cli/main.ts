import { Config, Errors, run } from '@oclif/core';
import { didYouMean, UserError } from '../base/index.js';
import { exitCode } from './exit-codes.js';
import { renderError } from './render-error.js';
import { endQuietlyOnClosedPipe, processTerminal, type Terminal } from './terminal.js';

/** Runs one command line; sets the process' exit code, never calls exit while output may still be on its way. */
export async function main(root: string, args: string[]): Promise<void> {
  endQuietlyOnClosedPipe();
  const terminal = processTerminal(args.includes('--no-color') ? { color: false } : {});
  try {
    const config = await Config.load({ root });
    refuseUnknownCommand(config, args);
    await run(args, config);
  } catch (error) {
    process.exitCode = report(error, args, terminal);
  }
}

/** oclif names an unknown command only; this says which one was probably meant. */
function refuseUnknownCommand(config: Config, args: readonly string[]): void {
  const words: string[] = [];
  for (const arg of args) {
    if (arg.startsWith('-')) break;
    words.push(arg);
  }
  if (words.length === 0 || words[0] === 'help') return;
  const ids = config.commandIDs.map((id) => id.replaceAll(':', ' '));
  for (let count = words.length; count > 0; count--) {
    const id = words.slice(0, count).join(' ');
    if (ids.includes(id)) return;
    const topic = ids.filter((known) => known.startsWith(`${id} `));
    if (topic.length > 0) {
      if (count === words.length) return;
      throw unknownCommand(words.slice(0, count + 1).join(' '), topic);
    }
  }
  throw unknownCommand(words[0] as string, ids);
}

function unknownCommand(name: string, known: readonly string[]): UserError {
  const meant = didYouMean(name, [...known, ...known.map((id) => id.split(' ')[0] as string)]);
  return new UserError({
    code: 'unknown-command',
    message: `unknown command "${name}"`,
    suggestions: [meant ? `did you mean "tsprom ${meant}"?` : 'see the list with "tsprom --help"'],
  });
}

function report(error: unknown, args: readonly string[], terminal: Terminal): number {
  if (error instanceof Errors.ExitError) return error.oclif.exit ?? exitCode.failure;
  const usage = usageError(error, args);
  terminal.err(`${renderError(usage ?? error, terminal.errColour)}\n`);
  if (error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number')
    return error.exitCode;
  return usage && args[0] === 'server' ? exitCode.badConfiguration : exitCode.failure;
}

/** oclif's parse errors in our words; undefined for anything else. */
function usageError(error: unknown, args: readonly string[]): UserError | undefined {
  if (!(error instanceof Errors.CLIError) || !('parse' in error)) return undefined;
  const help = `see "tsprom ${args
    .filter((arg) => !arg.startsWith('-'))
    .slice(0, 1)
    .join(' ')} --help"`;
  const parse = error.parse as { input?: { flags?: Record<string, unknown> } };
  if ('flags' in error && Array.isArray(error.flags) && error.constructor.name === 'NonExistentFlagsError') {
    const flag = String(error.flags[0]);
    const known = Object.keys(parse.input?.flags ?? {}).map((name) => `--${name}`);
    const meant = didYouMean(flag, known);
    return new UserError({
      code: 'unknown-flag',
      message: `unknown flag "${flag}"`,
      suggestions: [meant ? `did you mean "${meant}"?` : help],
    });
  }
  const [first = error.message] = error.message.split('\n');
  const detail = error.message
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '' && !line.startsWith('See more help'));
  return new UserError({
    code: 'usage',
    message: [first.charAt(0).toLowerCase() + first.slice(1), ...detail].join('\n'),
    suggestions: [help],
  });
}
