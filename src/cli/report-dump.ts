import { string as stringArg } from '@oclif/core/args';
import { string } from '@oclif/core/flags';
import { printable } from './display-text.js';
import { exitCode } from './exit-codes.js';
import type { ProgressBar } from './progress-bar.js';
import type { Terminal } from './terminal.js';
import { parseWholeFlag } from './whole-number.js';

/** What `tsdb dump` prints. */
export const dumpFormats = ['prom', 'seriesjson', 'json', 'csv'] as const;

/** What both dumps take, as promtool does. */
export function dumpArgs() {
  return {
    directory: stringArg({
      default: 'data/',
      description:
        'A data directory or any part of one (a block, wal, wbl, chunks_head, a checkpoint), or an archive of it.',
    }),
  };
}

export function dumpFlags() {
  return {
    'sandbox-dir-root': string({
      description: 'Accepted for scripts written for promtool: nothing is written anywhere.',
    }),
    'min-time': string({ description: 'The first time to print, in milliseconds since 1970.' }),
    'max-time': string({ description: 'The last time to print, in milliseconds since 1970.' }),
    match: string({
      multiple: true,
      multipleNonGreedy: true,
      description: 'A selector of series (repeatable; a series needs to match one).',
    }),
  };
}

interface DumpFlags {
  readonly 'sandbox-dir-root'?: string | undefined;
  readonly 'min-time'?: string | undefined;
  readonly 'max-time'?: string | undefined;
  readonly match?: readonly string[] | undefined;
}

/** What the flags ask for; all series where they name none. Throws `UserError`. */
export function dumpSelection(flags: DumpFlags) {
  return {
    window: {
      mintMs: parseWholeFlag(flags['min-time'] ?? '-9223372036854775808', 'min-time'),
      maxtMs: parseWholeFlag(flags['max-time'] ?? '9223372036854775807', 'max-time'),
    },
    selectors: flags.match ?? [`{__name__=~'(?s:.*)'}`],
    sandboxRoot: flags['sandbox-dir-root'] || undefined,
  };
}

/** Where pieces of a dump go, and what is said of what cannot be read. */
export function dumpOutput(terminal: Terminal, told: (text: string) => string, bar: ProgressBar) {
  let doneBytes = 0;
  return {
    write: async (piece: Uint8Array): Promise<void> => {
      doneBytes += piece.length;
      await terminal.outBytes(piece);
      // A bar between the lines of the result would help nobody.
      if (!terminal.isTerminal) bar.show(doneBytes, 0);
    },
    onDamage: (text: string): void => {
      bar.clear();
      terminal.err(`${terminal.errColour.red.bold('error:')} ${printable(told(text))}\n`);
    },
  };
}

/** All that can be read was printed; a script must see that it is not all. */
export function dumpExitCode({ isDamaged }: { readonly isDamaged: boolean }): number {
  return isDamaged ? exitCode.failure : exitCode.ok;
}
