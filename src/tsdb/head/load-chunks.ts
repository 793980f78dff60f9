import { assert, CorruptionError } from '../../base/index.js';
import { chunkEncoding, encodeXor } from '../../chunkenc/index.js';
import { KernelScope, type Kernels } from '../../kernels/index.js';
import { type ChunkBytes, readChunk } from '../../storage/index.js';
import { dropDeleted } from '../block/index.js';
import type { ColumnWriter } from '../select/column-writer.js';
import { type DeletedInterval, touchesDeleted } from '../tombstones/index.js';
import type { HeadViews } from './layout.js';
import type { MappedChunks } from './mapped-chunks.js';
import type { VisibleChunk } from './read-row.js';

/** Kernels read whole words beyond the end. */
const slackBytes = 16;

interface Parts {
  readonly views: HeadViews;
  readonly mapped: MappedChunks;
  readonly kernels: Kernels;
}

interface CopiedChunk {
  readonly at: number;
  readonly length: number;
  readonly encoding: number;
}

/** Decodes chunks into columns, those in order first. Throws `CorruptionError`, or tells `onDamage` of it and goes on. */
export function loadChunks(seen: readonly VisibleChunk[], parts: Parts, into: ColumnWriter): void {
  for (const each of seen) {
    try {
      loadChunk(each, parts, into);
    } catch (error) {
      if (into.onDamage === undefined || !(error instanceof CorruptionError)) throw error;
      into.onDamage(error);
    }
  }
}

/** The same without samples that are deleted. */
export function loadKept(
  seen: readonly VisibleChunk[],
  deleted: readonly DeletedInterval[],
  parts: Parts & { isSpared(seen: VisibleChunk): boolean },
  into: ColumnWriter,
): void {
  for (const each of seen) {
    if (parts.isSpared(each) || !touchesDeleted(deleted, each.mintMs, each.maxtMs)) {
      loadChunks([each], parts, into);
      continue;
    }
    try {
      for (const chunk of wholeChunks([each], parts))
        for (const { encoding, bytes } of dropDeleted(chunk, deleted)) appendBytes(encoding, bytes, into);
    } catch (error) {
      if (into.onDamage === undefined || !(error instanceof CorruptionError)) throw error;
      into.onDamage(error);
    }
  }
}

function appendBytes(encoding: number, bytes: Uint8Array, into: ColumnWriter): void {
  const { scope } = into;
  const at = scope.alloc(bytes.length + slackBytes);
  scope.kernels.bytes.set(bytes, at);
  const fault = into.appendChunk(encoding, at, bytes.length);
  scope.free(at);
  assert(fault === 0, 'chunks that were just written decode');
}

function loadChunk(seen: VisibleChunk, parts: Parts, into: ColumnWriter): void {
  const { scope } = into;
  const copied = copyChunk(seen, parts, scope);
  const fault = into.appendChunk(copied.encoding, copied.at, copied.length);
  scope.free(copied.at);
  if (fault !== 0) throw damaged(seen, `chunk fault ${fault}`);
}

/** Whole chunks in rising time, of those that are seen in part as much as is seen. */
export function wholeChunks(seen: readonly VisibleChunk[], parts: Parts): ChunkBytes[] {
  const scope = new KernelScope(parts.kernels);
  const chunks = seen.map((each): ChunkBytes => {
    const copied = copyChunk(each, parts, scope);
    const bytes = parts.kernels.bytes.slice(copied.at, copied.at + copied.length);
    scope.free(copied.at);
    const { encoding, mintMs, maxtMs } = each;
    return each.isPartial ? encodedAgain(encoding, bytes) : { encoding, mintMs, maxtMs, bytes };
  });
  scope.close();
  return chunks.sort((a, b) => a.mintMs - b.mintMs);
}

/** A chunk of which all is seen, out of the head's memory. */
export function chunkInMemory({ at, ...seen }: VisibleChunk, views: HeadViews): ChunkBytes {
  const { encoding, mintMs, maxtMs, samples } = seen;
  const bytes = Uint8Array.from(views.bytes.subarray(at, at + seen.bytes));
  if (encoding === chunkEncoding.xor) setCount(bytes, 0, samples);
  return { encoding, mintMs, maxtMs, bytes };
}

/** The samples that a chunk's header counts and nothing behind them. */
function encodedAgain(stored: number, bytes: Uint8Array): ChunkBytes {
  const encoding = chunkEncoding.xor;
  const { length, timestamps, values } = readChunk({ encoding: stored, bytes });
  assert(length > 0, 'a chunk of which nothing is seen is not read');
  return {
    encoding,
    mintMs: timestamps[0] as number,
    maxtMs: timestamps[length - 1] as number,
    bytes: encodeXor(timestamps, values, 0, length),
  };
}

/** The chunk in a scope's memory, its header counting what is seen. */
function copyChunk(seen: VisibleChunk, { views, mapped }: Parts, scope: KernelScope): CopiedChunk {
  const { kernels } = scope;
  if (seen.isOnDisk) {
    const read = mapped.read({ segment: seen.at, offset: seen.bytes }, scope);
    if (read.encoding !== seen.encoding) throw damaged(seen, `a chunk of encoding ${read.encoding}`);
    if (seen.isPartial) setCount(kernels.bytes, read.at, seen.samples);
    return read;
  }
  const at = scope.alloc(seen.bytes);
  kernels.bytes.set(views.bytes.subarray(seen.at, seen.at + seen.bytes), at);
  if (seen.encoding === chunkEncoding.xor) setCount(kernels.bytes, at, seen.samples);
  return { at, length: seen.bytes, encoding: seen.encoding };
}

function setCount(bytes: Uint8Array, at: number, count: number): void {
  bytes[at] = count >>> 8;
  bytes[at + 1] = count & 0xff;
}

function damaged(seen: VisibleChunk, found: string): CorruptionError {
  const path = seen.isOnDisk ? `chunks_head/${String(seen.at).padStart(6, '0')}` : 'head';
  return new CorruptionError({
    path,
    offset: seen.isOnDisk ? seen.bytes : seen.at,
    expected: `a chunk of encoding ${seen.encoding} with ${seen.samples} samples`,
    found,
  });
}
