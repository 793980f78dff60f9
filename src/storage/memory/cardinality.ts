import { encodeUtf8 } from '../../base/index.js';
import { metricNameLabel } from '../../model/index.js';
import type { CardinalityStats, NamedCount } from '../contracts.js';
import type { MemoryHead } from './memory-head.js';

/** Rows a chunk would hold; memory has no chunks, so the count says how many there would be. */
const samplesPerChunk = 120;

/** Counts over the whole index. Source: tsdb/index/postings.go, Stats; memory is what upstream's strings of labels take. */
export function cardinalityOf(head: MemoryHead, limit: number): CardinalityStats {
  const metrics: NamedCount[] = [];
  const valueCounts: NamedCount[] = [];
  const memory: NamedCount[] = [];
  const pairs: NamedCount[] = [];
  for (const name of head.index.names) {
    const values = head.index.values(name);
    const nameBytes = storedBytes(name);
    let bytes = 0;
    for (const [value, postings] of values) {
      if (name === metricNameLabel) metrics.push({ name: value, value: postings.length });
      pairs.push({ name: `${name}=${value}`, value: postings.length });
      bytes += (nameBytes + storedBytes(value)) * postings.length;
    }
    valueCounts.push({ name, value: values.size });
    memory.push({ name, value: bytes });
  }
  let chunkCount = 0;
  for (const series of head.allSeries) chunkCount += Math.ceil(series.rows.length / samplesPerChunk);
  return {
    seriesCount: head.seriesCount,
    labelPairCount: pairs.length,
    chunkCount,
    mintMs: head.mintMs,
    maxtMs: head.maxtMs,
    seriesCountByMetricName: largest(metrics, limit),
    labelValueCountByLabelName: largest(valueCounts, limit),
    memoryInBytesByLabelName: largest(memory, limit),
    seriesCountByLabelValuePair: largest(pairs, limit),
  };
}

/** A text with its length before it: one byte below 255, four from there on. */
function storedBytes(text: string): number {
  const length = encodeUtf8(text).length;
  return length + (length < 255 ? 1 : 4);
}

function largest(counts: NamedCount[], limit: number): readonly NamedCount[] {
  return counts.sort((a, b) => b.value - a.value).slice(0, limit);
}
