import { formatFloatPlain } from '../base/index.js';
import { Labels } from '../model/index.js';
import type { QueryResult } from './value.js';

/** A series as people and files read it: times in ms, values as numbers and as PromQL prints them. */
export interface AnswerSeries {
  readonly labels: Labels;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  readonly texts: readonly string[];
}

const textsOf = (values: Float64Array): string[] => Array.from(values, (value) => formatFloatPlain(value));

/** The series of a result with their labels spelled out; a scalar or string is one series without labels. */
export function answerRows({ value }: QueryResult): AnswerSeries[] {
  switch (value.kind) {
    case 'scalar': {
      const values = Float64Array.of(value.value);
      return [
        {
          labels: Labels.empty,
          timestamps: Float64Array.of(value.timestampMs),
          values,
          texts: textsOf(values),
        },
      ];
    }
    case 'string': {
      const timestamps = Float64Array.of(value.timestampMs);
      return [
        { labels: Labels.empty, timestamps, values: Float64Array.of(Number.NaN), texts: [value.value] },
      ];
    }
    case 'vector':
      return value.labels.map((ids, i) => {
        const values = value.values.slice(i, i + 1);
        return {
          labels: value.symbols.labels(ids),
          timestamps: Float64Array.of(value.timestampMs),
          values,
          texts: textsOf(values),
        };
      });
    case 'matrix':
      return value.series.map(({ labels, columns }) => {
        const values = columns.values.slice(0, columns.length);
        return {
          labels: value.symbols.labels(labels),
          timestamps: columns.timestamps.slice(0, columns.length),
          values,
          texts: textsOf(values),
        };
      });
  }
}
