import { printable } from './display-text.js';
import { exitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

/** What `tsdb dump` prints. */
export const dumpFormats = ['prom', 'seriesjson', 'json', 'csv'] as const;

/** Where pieces of a dump go, and what is said of what cannot be read. */
export function dumpOutput(terminal: Terminal) {
  return {
    write: (piece: Uint8Array): Promise<void> => terminal.outBytes(piece),
    onDamage: (text: string): void =>
      terminal.err(`${terminal.errColour.red.bold('error:')} ${printable(text)}\n`),
  };
}

/** All that can be read was printed; a script must see that it is not all. */
export function dumpExitCode({ isDamaged }: { readonly isDamaged: boolean }): number {
  return isDamaged ? exitCode.failure : exitCode.ok;
}
