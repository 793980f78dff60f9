import { type Histogram, isStaleAt, type Labels, wordsOf } from '../model/index.js';
import type { MatrixValue, VectorValue } from '../promql/index.js';

/** A sample of an answer. */
export interface Point {
  readonly timestampMs: number;
  readonly value: number;
  readonly isStale: boolean;
  readonly histogram: Histogram | undefined;
}

export interface ResultSeries {
  readonly labels: Labels;
  readonly points: readonly Point[];
}

export function vectorSeries(vector: VectorValue): ResultSeries[] {
  const words = wordsOf(vector.values);
  return vector.labels.map((ids, i) => ({
    labels: vector.symbols.labels(ids),
    points: [
      {
        timestampMs: vector.timestampMs,
        value: vector.values[i] as number,
        isStale: isStaleAt(words, i),
        histogram: vector.histograms?.[i],
      },
    ],
  }));
}

export function matrixSeries(matrix: MatrixValue): ResultSeries[] {
  return matrix.series.map(({ labels, columns }) => {
    const words = wordsOf(columns.values);
    const points = Array.from({ length: columns.length }, (_, i) => ({
      timestampMs: columns.timestamps[i] as number,
      value: columns.values[i] as number,
      isStale: isStaleAt(words, i),
      histogram: columns.kinds?.[i] === 1 ? columns.histograms?.at(i) : undefined,
    }));
    return { labels: matrix.symbols.labels(labels), points };
  });
}

/** Of a range query's answer what an instant query at that time answers. */
export function seriesAt(matrix: MatrixValue, timeMs: number): ResultSeries[] {
  return matrixSeries(matrix).flatMap(({ labels, points }) => {
    const there = points.filter(({ timestampMs }) => timestampMs === timeMs);
    return there.length === 0 ? [] : [{ labels, points: there }];
  });
}
