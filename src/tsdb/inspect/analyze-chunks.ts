import { CorruptionError } from '../../base/index.js';
import {
  chunkOpening,
  decodeResult,
  HistogramChunkReader,
  type HistogramEncoding,
  HistogramRowsReader,
  isFloatEncoding,
  isHistogramEncoding,
  sampleCountOf,
} from '../../chunkenc/index.js';
import { KernelScope, type Kernels } from '../../kernels/index.js';
import type { Block } from '../block/index.js';
import { ChunkWindow } from '../chunks/index.js';
import { SeriesEntry } from '../index/index.js';

/** One figure of every chunk of a kind. */
export interface ChunkFigures {
  readonly title: string;
  readonly values: readonly number[];
}

export interface ChunkAnalysis {
  /** Of all kinds. */
  readonly chunkCount: number;
  /** In the order in which they are told. */
  readonly figures: readonly ChunkFigures[];
}

export interface ChunkRequest {
  readonly block: Block;
  /** Of series. */
  readonly ids: Uint32Array;
  readonly kernels: Kernels;
  /** Called from time to time with how much is done, from 0 to 1. */
  readonly onShare?: ((share: number) => void) | undefined;
}

/** Calls of `onShare` are so many series apart. */
const shareSeries = 1024;
const allTime = { mintMs: Number.NEGATIVE_INFINITY, maxtMs: Number.POSITIVE_INFINITY, allRows: true };

/** Reads the chunks of these series. Throws `CorruptionError`. Source: cmd/promtool/tsdb.go `analyzeCompaction`. */
export function analyzeChunks({ block, ids, kernels, onShare }: ChunkRequest): ChunkAnalysis {
  const floats = { samples: [] as number[], bytes: [] as number[] };
  const histograms = { samples: [] as number[], bytes: [] as number[], buckets: [] as number[] };
  const scope = new KernelScope(kernels);
  const window = new ChunkWindow(block.chunks, scope);
  const reader = new HistogramRowsReader(scope);
  const scanner = block.index.scanner();
  const entry = new SeriesEntry();
  let chunkCount = 0;
  let seriesCount = 0;
  try {
    for (const id of ids) {
      if (seriesCount++ % shareSeries === 0) onShare?.(seriesCount / ids.length);
      scanner.series(id, entry);
      entry.readChunks();
      for (let i = 0; i < entry.chunkCount; i++) {
        const ref = entry.refs[i] as number;
        const { encoding, at, length } = window.find(ref, 0);
        const bytes = kernels.bytes.subarray(at, at + length);
        chunkCount++;
        if (isFloatEncoding(encoding)) {
          floats.samples.push(sampleCountOf(encoding, bytes));
          floats.bytes.push(length);
        } else if (isHistogramEncoding(encoding)) {
          histograms.samples.push(sampleCountOf(encoding, bytes));
          histograms.bytes.push(length);
          histograms.buckets.push(
            bucketsIn(reader, { encoding, at, length, bytes }, () => placeOf(block, ref)),
          );
        } else
          throw new CorruptionError({
            ...placeOf(block, ref),
            expected: 'a chunk encoding from 1 to 6',
            found: `${encoding}`,
          });
      }
    }
  } finally {
    block.index.giveBack(scanner);
    scope.close();
  }
  const figures = [
    { title: 'samples per float chunk', values: floats.samples },
    { title: 'bytes per float chunk', values: floats.bytes },
    { title: 'samples per histogram chunk', values: histograms.samples },
    { title: 'bytes per histogram chunk', values: histograms.bytes },
    { title: 'buckets per histogram chunk', values: histograms.buckets },
  ];
  return { chunkCount, figures };
}

interface Place {
  readonly path: string;
  readonly offset: number;
}

function placeOf({ chunks }: Block, ref: number): Place {
  const { segment, offset } = chunks.locate(ref);
  return { path: segment.file.path, offset };
}

interface PlacedChunk {
  readonly encoding: HistogramEncoding;
  readonly at: number;
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** Of all samples together. Throws `CorruptionError`. */
function bucketsIn(reader: HistogramRowsReader, chunk: PlacedChunk, place: () => Place): number {
  const opening = reader.open(chunk.encoding, chunk.at, chunk.length, allTime);
  if (opening === chunkOpening.plain) return bucketsInPlain(chunk, place);
  let count = 0;
  if (opening === chunkOpening.columns)
    for (let rows = reader.next(); rows !== undefined; rows = reader.next()) count += rows.buckets.length;
  const result = decodeResult(Math.min(opening, reader.fault));
  if (result.kind === 'corrupt') throw damage(place(), result.reason);
  return count;
}

/** One sample at a time. */
function bucketsInPlain({ encoding, bytes }: PlacedChunk, place: () => Place): number {
  const reader = new HistogramChunkReader(encoding, bytes);
  let count = 0;
  while (reader.next()) {
    const { positiveBuckets, negativeBuckets } = reader.histogram;
    count += positiveBuckets.length + negativeBuckets.length;
  }
  if (reader.result.kind === 'corrupt') throw damage(place(), reader.result.reason);
  return count;
}

function damage(place: Place, found: string): CorruptionError {
  return new CorruptionError({ ...place, expected: 'a chunk that decodes', found });
}
