import { createHash } from 'node:crypto';
import { formatFloatShortest } from '../../../src/base/index.js';
import { KernelScope, type Kernels } from '../../../src/kernels/index.js';
import { formatHistogram, Matcher } from '../../../src/model/index.js';
import { type SeriesColumns, SymbolTable, type TimeWindow } from '../../../src/storage/index.js';
import type { SampleSource } from '../../../src/tsdb/select/index.js';
import { RowsWriter } from './rows-writer.js';

export const always: TimeWindow = {
  mintMs: Number.NEGATIVE_INFINITY,
  maxtMs: Number.POSITIVE_INFINITY,
};

export const anySeries = [new Matcher('=~', '__name__', '.*')];

export interface ReadSeries {
  readonly labels: string;
  /** Lines as promtool dumps them: time and value. */
  readonly lines: readonly string[];
}

export function linesOf(columns: SeriesColumns): string[] {
  const lines: string[] = [];
  for (let i = 0; i < columns.length; i++) {
    const histogram = columns.kinds?.[i] === 1 ? columns.histograms?.at(i) : undefined;
    const value =
      histogram === undefined ? formatFloatShortest(columns.values[i] as number) : formatHistogram(histogram);
    lines.push(`${columns.timestamps[i]} ${value}`);
  }
  return lines;
}

/** Series that match, in the source's order, and their samples. */
export function readSource(
  source: SampleSource,
  options: { kernels: Kernels; window?: TimeWindow; matchers?: readonly Matcher[] },
): ReadSeries[] {
  const { kernels, window = always, matchers = anySeries } = options;
  const symbols = new SymbolTable();
  const scope = new KernelScope(kernels);
  const matched = source.match({ ...window, matchers, symbols });
  const writer = new RowsWriter(scope, window);
  const read: ReadSeries[] = [];
  try {
    for (let i = 0; i < matched.count; i++) {
      writer.reset();
      matched.load(i, writer);
      read.push({ labels: symbols.labels(matched.labels(i)).toString(), lines: linesOf(writer.columns) });
    }
  } finally {
    matched.close();
    scope.close();
  }
  return read;
}

export function digestOf(lines: readonly string[]): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(`${line}\n`);
  return hash.digest('hex');
}
