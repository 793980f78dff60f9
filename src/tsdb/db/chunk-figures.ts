import {
  addDistribution,
  createDistribution,
  type Distribution,
  exponentialBounds,
  observe,
} from '../../base/index.js';
import type { BlockChunk } from '../block/index.js';

/** Of chunks that go into their first block: plain data. Source: tsdb/compact.go, NewCompactorMetrics. */
export interface ChunkFigures {
  readonly bytes: Distribution;
  readonly samples: Distribution;
  /** In milliseconds, whatever the metric's name says. */
  readonly spans: Distribution;
}

export function createChunkFigures(): ChunkFigures {
  return {
    bytes: createDistribution(exponentialBounds(32, 1.5, 12)),
    samples: createDistribution(exponentialBounds(4, 1.5, 12)),
    spans: createDistribution(exponentialBounds(100, 4, 10)),
  };
}

export function observeChunk(figures: ChunkFigures, { bytes, samples, mintMs, maxtMs }: BlockChunk): void {
  observe(figures.bytes, bytes.length);
  observe(figures.samples, samples);
  observe(figures.spans, maxtMs - mintMs);
}

export function addChunkFigures(into: ChunkFigures, from: ChunkFigures): void {
  addDistribution(into.bytes, from.bytes);
  addDistribution(into.samples, from.samples);
  addDistribution(into.spans, from.spans);
}
