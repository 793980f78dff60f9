import { type Disk, decodeUtf8, readRegularFile, UserError } from '../base/index.js';
import { type EvalOutcome, runScript, ScriptError, type ScriptParts } from '../promqltest/index.js';

/** Runs the script in a file. Rejects with `UserError` for a mistake in it, and for a file that cannot be read. */
export async function* runScriptFile(
  { disk, path }: { readonly disk: Disk; readonly path: string },
  parts: ScriptParts,
): AsyncGenerator<EvalOutcome> {
  const text = decodeUtf8(await readBytes(disk, path));
  try {
    yield* runScript(text, parts);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    const { message, line, column } = error;
    throw new UserError({ code: 'bad-script', message, place: { file: path, line, column }, source: text });
  }
}

async function readBytes(disk: Disk, path: string): Promise<Uint8Array> {
  try {
    return await readRegularFile(disk, path);
  } catch (error) {
    throw new UserError({
      code: 'unreadable-file',
      message: `cannot read ${path}: ${(error as Error).message}`,
      cause: error,
    });
  }
}
