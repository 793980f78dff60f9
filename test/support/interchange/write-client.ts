import { snappyCompress } from '../../../src/kernels/index.js';
import type { Histogram, Span } from '../../../src/model/index.js';
import {
  doubleField,
  field,
  varint,
  varintField,
  type WrittenSeries,
  writeMessage,
  zigzag,
} from '../../remote/write-messages.js';

/** Value bits of the marker that a series ended. */
export const staleBits = 0x7ff0000000000002n;

const hints = ['unknown', 'reset', 'not-reset', 'gauge'] as const;

function spansField(number: number, spans: readonly Span[]): Uint8Array[] {
  return spans.map(({ offset, length }) =>
    field(number, Buffer.concat([varintField(1, zigzag(offset)), varintField(2, varint(length))])),
  );
}

function bucketsField(
  integer: boolean,
  numbers: readonly [number, number],
  buckets: Float64Array,
): Uint8Array {
  if (!integer) {
    return field(numbers[1], new Uint8Array(buckets.buffer, buckets.byteOffset, buckets.byteLength));
  }
  const deltas = Array.from(buckets, (count, i) => zigzag(count - (buckets[i - 1] ?? 0)));
  return field(numbers[0], Buffer.concat(deltas));
}

/** The body of a Histogram message (prompb/types.proto). */
export function histogramMessage(histogram: Histogram, timestampMs: number): Uint8Array {
  const { integer, positiveBuckets, negativeBuckets, customValues } = histogram;
  const counts = integer
    ? [varintField(1, varint(histogram.count)), varintField(6, varint(histogram.zeroCount))]
    : [doubleField(2, histogram.count), doubleField(7, histogram.zeroCount)];
  return Buffer.concat([
    ...counts,
    doubleField(3, histogram.stale ? staleBits : histogram.sum),
    varintField(4, zigzag(histogram.schema)),
    doubleField(5, histogram.zeroThreshold),
    ...spansField(8, histogram.negativeSpans),
    bucketsField(integer, [9, 10], negativeBuckets),
    ...spansField(11, histogram.positiveSpans),
    bucketsField(integer, [12, 13], positiveBuckets),
    varintField(14, varint(hints.indexOf(histogram.counterResetHint))),
    varintField(15, varint(BigInt(timestampMs))),
    ...(customValues === undefined
      ? []
      : [field(16, new Uint8Array(customValues.buffer, customValues.byteOffset, customValues.byteLength))]),
  ]);
}

export interface WrittenExemplar {
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
  readonly timestampMs: number;
}

/** The body of an Exemplar message (prompb/types.proto). */
export function exemplarMessage({ labels, value, timestampMs }: WrittenExemplar): Uint8Array {
  return Buffer.concat([
    ...labels.map(([name, text]) => field(1, Buffer.concat([field(1, name), field(2, text)]))),
    doubleField(2, value),
    varintField(3, varint(BigInt(timestampMs))),
  ]);
}

/** Sends one request of remote write 1.0; throws with the answer where not all of it was stored. */
export async function sendSeries(url: string, series: readonly WrittenSeries[]): Promise<void> {
  const answer = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: snappyCompress(writeMessage(series)) as Uint8Array<ArrayBuffer>,
  });
  if (answer.status !== 204 && answer.status !== 200)
    throw new Error(`remote write: ${answer.status} ${await answer.text()}`);
}

/** Asks the admin API to delete what the selectors match in a closed range. */
export async function deleteSeries(
  url: string,
  { match, fromMs, toMs }: { match: readonly string[]; fromMs: number; toMs: number },
): Promise<void> {
  const query = new URLSearchParams([
    ...match.map((selector): [string, string] => ['match[]', selector]),
    ['start', String(fromMs / 1000)],
    ['end', String(toMs / 1000)],
  ]);
  const answer = await fetch(`${url}/api/v1/admin/tsdb/delete_series?${query}`, { method: 'POST' });
  if (answer.status !== 204) throw new Error(`delete_series: ${answer.status} ${await answer.text()}`);
}
