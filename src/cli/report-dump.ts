import { printable } from './display-text.js';
import { exitCode } from './exit-codes.js';
import type { ProgressBar } from './progress-bar.js';
import type { Terminal } from './terminal.js';

/** What `tsdb dump` prints. */
export const dumpFormats = ['prom', 'seriesjson', 'json', 'csv'] as const;

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
