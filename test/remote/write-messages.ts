/** Messages of remote write 1.0 as senders write them. */
export interface WrittenSeries {
  readonly labels: readonly (readonly [name: string | Uint8Array, value: string | Uint8Array])[];
  /** Value bits or a number, and a time in ms. */
  readonly samples?: readonly (readonly [value: number | bigint, timestampMs: number])[];
  /** Bodies of Histogram messages. */
  readonly histograms?: readonly Uint8Array[];
  readonly exemplars?: readonly Uint8Array[];
}

export function varint(value: bigint | number): Uint8Array {
  let left = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  return Uint8Array.of(...bytes, Number(left));
}

export function zigzag(value: number): Uint8Array {
  return varint(value < 0 ? -2 * value - 1 : 2 * value);
}

export function field(number: number, body: Uint8Array | string): Uint8Array {
  const bytes = Buffer.from(body);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

export function varintField(number: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([varint(number * 8), value]);
}

export function doubleField(number: number, value: number | bigint): Uint8Array {
  const body = Buffer.alloc(8);
  if (typeof value === 'bigint') body.writeBigUInt64LE(value);
  else body.writeDoubleLE(value);
  return Buffer.concat([varint(number * 8 + 1), body]);
}

export function writeMessage(series: readonly WrittenSeries[]): Uint8Array {
  return Buffer.concat(
    series.map(({ labels, samples = [], histograms = [], exemplars = [] }) =>
      field(
        1,
        Buffer.concat([
          ...labels.map(([name, value]) =>
            field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])),
          ),
          ...samples.map(([value, timestampMs]) =>
            field(2, Buffer.concat([doubleField(1, value), varintField(2, varint(BigInt(timestampMs)))])),
          ),
          ...exemplars.map((body) => field(3, body)),
          ...histograms.map((body) => field(4, body)),
        ]),
      ),
    ),
  );
}
