import { Command } from '@oclif/core/command';
import { boolean, string } from '@oclif/core/flags';
import { UserError } from '../base/index.js';
import { processTerminal, type Terminal } from './terminal.js';

/** What every command has: a terminal to print to and the flags that mean the same everywhere. */
export abstract class BaseCommand extends Command {
  static override baseFlags = {
    'no-color': boolean({ description: 'Print without colours.', helpGroup: 'GLOBAL' }),
  };

  protected readonly terminal: Terminal = processTerminal(
    this.argv.includes('--no-color') ? { color: false } : {},
  );

  /** oclif takes an argument that is not there from standard input, for which it waits: no command here means that. */
  protected override init(): Promise<void> {
    for (const arg of Object.values(this.ctor.args)) arg.ignoreStdin = true;
    return super.init();
  }

  /** Errors go to `main`, which prints them and chooses the exit code. */
  protected override catch(error: Error): Promise<never> {
    return Promise.reject(error);
  }
}

/** `--format` (`-o`) with its choices, and `--json` for `--format json`. */
export function formatFlags<T extends string>(formats: readonly T[], described: string) {
  return {
    format: string({
      char: 'o',
      options: formats,
      description: described,
      helpValue: formats.join('|'),
    }),
    json: boolean({ description: 'The same as --format json.' }),
  };
}

/** The format asked for, or `otherwise`. */
export function chosenFormat<T extends string>(
  flags: { format?: string | undefined; json: boolean },
  formats: readonly T[],
  otherwise: T,
): T {
  const asked = flags.json ? 'json' : flags.format;
  if (asked === undefined) return otherwise;
  const found = formats.find((format) => format === asked);
  if (found === undefined) {
    throw new UserError({
      code: 'unknown-format',
      message: `unknown format "${asked}", expected ${formats.join(', ')}`,
    });
  }
  return found;
}
