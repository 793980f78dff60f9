import { UserError } from '../base/index.js';

/** A table as a file holds it: texts and whole numbers within 2^53. */
export interface TableFile {
  readonly columns: readonly { readonly name: string; readonly kind: 'text' | 'whole' }[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What parquetjs-lite writes to. */
class CollectedBytes {
  readonly #pieces: Uint8Array[] = [];

  write(piece: Uint8Array, done: (error?: Error) => void): void {
    this.#pieces.push(piece.slice());
    done();
  }

  end(done: (error?: Error) => void): void {
    done();
  }

  close(done: (error?: Error) => void): void {
    done();
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.#pieces);
  }
}

/** The table as a Parquet file, in one row group. */
export async function encodeParquet({ columns, rows }: TableFile): Promise<Uint8Array> {
  const { ParquetSchema, ParquetWriter } = (await import('parquetjs-lite')).default;
  const types = { text: 'UTF8', whole: 'INT64' } as const;
  const schema = new ParquetSchema(
    Object.fromEntries(columns.map(({ name, kind }) => [name, { type: types[kind], compression: 'SNAPPY' }])),
  );
  const out = new CollectedBytes();
  const writer = await ParquetWriter.openStream(schema, out);
  for (const row of rows)
    await writer.appendRow(Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])));
  await writer.close();
  return out.bytes;
}

/** Throws `UserError`: a terminal has no use for bytes. */
export function refuseTerminal(isTerminal: boolean): void {
  if (!isTerminal) return;
  throw new UserError({
    code: 'binary-to-terminal',
    message: 'a Parquet file is not for a terminal',
    suggestions: ['name a file with --out FILE, or send the output on with > or |'],
  });
}
