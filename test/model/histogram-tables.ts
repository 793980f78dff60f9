import { bucketsOfDeltas, customBucketsSchema, type Histogram, type Span } from '../../src/model/index.js';
import { numberOf } from '../base/corpus-tables.js';

type TableNumber = number | string;
type TableSpan =
  | { readonly values: readonly [number, number] }
  | { readonly Offset?: number; readonly Length?: number };

/** A histogram as upstream's tests write it; `make` of Go stands for an empty list. */
export interface TableHistogram {
  readonly $type: string;
  readonly Schema?: TableNumber;
  readonly ZeroThreshold?: number;
  readonly ZeroCount?: number;
  readonly Count?: number;
  readonly Sum?: TableNumber;
  readonly PositiveSpans?: readonly TableSpan[];
  readonly NegativeSpans?: readonly TableSpan[];
  readonly PositiveBuckets?: readonly TableNumber[];
  readonly NegativeBuckets?: readonly TableNumber[];
  readonly CustomValues?: readonly TableNumber[];
}

function listOf<Item>(list: readonly Item[] | undefined): readonly Item[] {
  return Array.isArray(list) ? list : [];
}

function spansOf(spans: readonly TableSpan[] | undefined): Span[] {
  return listOf(spans).map((span) =>
    'values' in span
      ? { offset: span.values[0], length: span.values[1] }
      : { offset: span.Offset ?? 0, length: span.Length ?? 0 },
  );
}

export function histogramOf(table: TableHistogram): Histogram {
  const integer = table.$type === 'Histogram';
  const buckets = (list: readonly TableNumber[] | undefined): Float64Array => {
    const numbers = listOf(list).map(numberOf);
    return integer ? bucketsOfDeltas(numbers) : Float64Array.from(numbers);
  };
  return {
    integer,
    counterResetHint: 'unknown',
    schema: table.Schema === 'CustomBucketsSchema' ? customBucketsSchema : numberOf(table.Schema),
    zeroThreshold: table.ZeroThreshold ?? 0,
    zeroCount: table.ZeroCount ?? 0,
    count: table.Count ?? 0,
    sum: numberOf(table.Sum),
    stale: false,
    positiveSpans: spansOf(table.PositiveSpans),
    negativeSpans: spansOf(table.NegativeSpans),
    positiveBuckets: buckets(table.PositiveBuckets),
    negativeBuckets: buckets(table.NegativeBuckets),
    customValues: table.CustomValues && Float64Array.from(listOf(table.CustomValues), numberOf),
  };
}
