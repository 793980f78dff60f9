/** The index of a block; the bytes are drawn in docs/formats/index.md. */
export { type ChunkSpan, readChunkSpan } from './chunk-span.js';
export { FileBuffer, uvarintBytes } from './file-buffer.js';
export { FileCursor } from './file-cursor.js';
export { ReadAhead, readFully } from './file-window.js';
export { type ChunkMeta, indexFileName, joinChunkRef, splitChunkRef } from './format.js';
export { IndexBuilder } from './index-builder.js';
export { IndexReader, type IndexScanner, openIndex } from './index-reader.js';
export { checkSum } from './read-section.js';
export { SeriesEntry } from './series-entry.js';
export type { IndexSymbols } from './symbols.js';
