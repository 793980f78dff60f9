/** What is used of the package, which has no declarations of its own. */
declare module 'parquetjs-lite' {
  export interface ParquetField {
    readonly type: 'UTF8' | 'INT64';
    readonly compression: 'SNAPPY' | 'UNCOMPRESSED';
  }

  export interface OutputStream {
    write(piece: Uint8Array, done: (error?: Error) => void): void;
    end(done: (error?: Error) => void): void;
    close(done: (error?: Error) => void): void;
  }

  export type ParquetRow = Readonly<Record<string, unknown>>;

  class ParquetSchema {
    constructor(fields: Readonly<Record<string, ParquetField>>);
  }

  class ParquetWriter {
    static openStream(schema: ParquetSchema, out: OutputStream): Promise<ParquetWriter>;
    appendRow(row: ParquetRow): Promise<void>;
    close(): Promise<void>;
  }

  class ParquetReader {
    static openBuffer(bytes: Uint8Array): Promise<ParquetReader>;
    getCursor(): { next(): Promise<ParquetRow | null> };
    close(): Promise<void>;
  }

  const parquet: {
    readonly ParquetSchema: typeof ParquetSchema;
    readonly ParquetWriter: typeof ParquetWriter;
    readonly ParquetReader: typeof ParquetReader;
  };
  export default parquet;
}
