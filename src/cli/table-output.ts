import { type Disk, encodeUtf8, writeFileDurably } from '../base/index.js';
import type { Terminal } from './terminal.js';
import { encodeParquet, refuseTerminal, type TableFile } from './write-parquet.js';

/** A result: text, or a table as a Parquet file. */
export type Output = string | TableFile;

/** Prints a result, or writes it into a file (`--out`; `-` and undefined are the terminal). */
export async function putOutput(
  output: Output,
  {
    disk,
    file,
    terminal,
  }: { readonly disk: Disk; readonly file: string | undefined; readonly terminal: Terminal },
): Promise<void> {
  const toTerminal = file === undefined || file === '-';
  if (toTerminal && typeof output === 'string') {
    terminal.out(output);
    return;
  }
  if (toTerminal) refuseTerminal(terminal.isTerminal);
  const bytes = typeof output === 'string' ? encodeUtf8(output) : await encodeParquet(output);
  if (toTerminal) await terminal.outBytes(bytes);
  else await writeFileDurably(disk, file, bytes);
}
