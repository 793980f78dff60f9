import { metricNameLabel } from '../../model/index.js';
import type { CardinalityStats, NamedCount } from '../../storage/index.js';
import { cold, hot, pair } from './layout.js';
import type { HeadState } from './state.js';

/** Counts over the whole index. Source: tsdb/index/postings.go, Stats; memory is what upstream's strings of labels take. */
export function cardinalityOf(state: HeadState, limit: number): CardinalityStats {
  const { writer, texts } = state;
  const metrics = new Largest(limit);
  const valueCounts = new Largest(limit);
  const memory = new Largest(limit);
  const pairs = new Largest(limit);
  let pairCount = 0;
  for (const nameAt of texts.names()) {
    const nameSymbol = texts.nameSymbol(nameAt);
    const name = texts.text(nameSymbol);
    const nameBytes = storedBytes(texts.symbolBytes(nameSymbol));
    let bytes = 0;
    let values = 0;
    for (const pairAt of texts.pairs(nameAt)) {
      const count = writer.views.word(pairAt + pair.count);
      if (count === 0) continue;
      const valueSymbol = texts.valueOf(pairAt);
      values++;
      pairCount++;
      if (name === metricNameLabel) metrics.add(count, () => texts.text(valueSymbol));
      pairs.add(count, () => `${name}=${texts.text(valueSymbol)}`);
      bytes += (nameBytes + storedBytes(texts.symbolBytes(valueSymbol))) * count;
    }
    if (values === 0) continue;
    valueCounts.add(values, () => name);
    memory.add(bytes, () => name);
  }
  return {
    seriesCount: writer.seriesCount,
    labelPairCount: pairCount,
    chunkCount: chunksOf(state),
    mintMs: writer.mintMs,
    maxtMs: writer.maxtMs,
    seriesCountByMetricName: metrics.counts,
    labelValueCountByLabelName: valueCounts.counts,
    memoryInBytesByLabelName: memory.counts,
    seriesCountByLabelValuePair: pairs.counts,
  };
}

function chunksOf({ writer }: HeadState): number {
  const { views } = writer;
  let count = 0;
  for (let row = 0; row < writer.rowLimit; row++) {
    if (views.word(views.hotRow(row) + hot.openAt) !== 0) count++;
    count += views.half(views.coldRow(row) + cold.chunkCount);
  }
  return count;
}

/** A text with its length before it: one byte below 255, four from there on. */
function storedBytes(length: number): number {
  return length + (length < 255 ? 1 : 4);
}

/** The largest counts, descending; names are made for those alone. */
class Largest {
  readonly counts: NamedCount[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(value: number, name: () => string): void {
    const { counts } = this;
    const last = counts.at(-1);
    if (this.#limit <= 0 || (counts.length >= this.#limit && last !== undefined && value <= last.value))
      return;
    let at = counts.length;
    while (at > 0 && (counts[at - 1] as NamedCount).value < value) at--;
    counts.splice(at, 0, { name: name(), value });
    if (counts.length > this.#limit) counts.pop();
  }
}
