import assert from 'node:assert/strict';
import { type Random, runAtOnce, seededRandom } from '../../src/base/index.js';
import { type Kernels, RemoteRequest, RemoteTable, scanKeys } from '../../src/kernels/index.js';
import {
  decodeBesideFloats,
  decodeLabels,
  decodeWriteRequest,
} from '../../src/remote/decode-write-request.js';
import { WireError } from '../../src/remote/wire-reader.js';
import {
  doubleField,
  field,
  varint,
  varintField,
  type WrittenSeries,
  writeMessage,
} from './write-messages.js';

const names = ['__name__', 'a', 'ab', 'b', 'instance', 'é', 'job', 'zone', ''];
const values = ['', 'x', 'up', 'production', '10.0.0.1:9100', 'ü'.repeat(40), 'y'.repeat(130)];

function pick<T>(random: Random, of: readonly T[]): T {
  return of[random.uint32() % of.length] as T;
}

function labelsOf(random: Random): WrittenSeries['labels'] {
  const labels: [string, string | Uint8Array][] = [];
  const isPlain = random.uint32() % 4 !== 0;
  for (const name of names) {
    if (isPlain ? name === '' : random.uint32() % 3 === 0) continue;
    if (name !== '__name__' && random.uint32() % 2 === 0) continue;
    const value = isPlain ? pick(random, values.slice(1)) : pick(random, values);
    labels.push([name, random.uint32() % 300 === 0 ? random.bytes(3) : value]);
  }
  if (!isPlain && random.uint32() % 2 === 0) labels.reverse();
  return labels;
}

function sampleOf(random: Random): [bigint, number] {
  const bits = (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
  const times = [0, 1, -1, 1_700_000_000_000, -5_000_000_000, 2 ** 52, -(2 ** 53) + 1];
  return [
    random.uint32() % 5 === 0 ? 0x7ff0000000000002n : bits,
    pick(random, times) + (random.uint32() % 1000),
  ];
}

function seriesOf(random: Random): WrittenSeries {
  const isOdd = random.uint32() % 12 === 0;
  return {
    labels: labelsOf(random),
    samples: Array.from({ length: random.uint32() % 4 }, () => sampleOf(random)),
    ...(isOdd ? { exemplars: [Buffer.concat([doubleField(2, 1.5), varintField(3, varint(77))])] } : {}),
    ...(isOdd ? { histograms: [Buffer.concat([varintField(1, varint(2)), doubleField(3, 4)])] } : {}),
  };
}

function messageOf(random: Random): Uint8Array {
  const known = Array.from({ length: random.uint32() % 6 }, () => seriesOf(random));
  const parts = [writeMessage(known)];
  if (random.uint32() % 8 === 0) parts.push(field(3, random.bytes(random.uint32() % 9)));
  if (random.uint32() % 4 === 0) parts.push(writeMessage(known.slice(0, 2)));
  return Buffer.concat(parts);
}

/** Truncated, or with bytes that are others. */
function damage(random: Random, message: Uint8Array): Uint8Array {
  const copy = message.slice(0, message.length - (random.uint32() % 2 === 0 ? random.uint32() % 20 : 0));
  const flips = random.uint32() % 4;
  for (let i = 0; i < flips && copy.length > 0; i++) copy[random.uint32() % copy.length] = random.uint32();
  return copy;
}

/** What the decoder says; undefined where it refuses. */
function decoded(message: Uint8Array) {
  try {
    return decodeWriteRequest(message);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function besideFloats(request: RemoteRequest) {
  const into = { histograms: [], exemplars: [] };
  for (let i = 0; i < request.seriesCount; i++) {
    if (request.isOdd(i)) decodeBesideFloats(request.series(i), i, into);
  }
  return into;
}

function bits(column: Float64Array): Uint8Array {
  return Buffer.from(Uint8Array.from(new Uint8Array(column.buffer, column.byteOffset, column.byteLength)));
}

function compare(request: RemoteRequest, message: Uint8Array): void {
  const twin = decoded(message);
  if (twin === undefined) {
    assert.throws(() => besideFloats(request), WireError);
    return;
  }
  assert.equal(request.seriesCount, twin.seriesCount);
  const { histograms, exemplars } = besideFloats(request);
  assert.deepEqual({ histograms, exemplars }, { histograms: twin.histograms, exemplars: twin.exemplars });
  for (let i = 0; i < twin.seriesCount; i++) {
    const range = twin.labelRanges.subarray(i * 2, i * 2 + 2);
    assert.deepEqual(Buffer.from(request.labels(i)), Buffer.from(message.slice(range[0], range[1])));
  }
  compareTexts(request);
  for (let i = 0; i < twin.seriesCount; i++) request.setRef(i, i + 1);
  runAtOnce(request.fill(Number.POSITIVE_INFINITY));
  const { floats } = twin;
  const rows = request.rows(0, request.keptCount);
  assert.equal(rows.length, floats.length);
  assert.deepEqual([...rows.owners], [...floats.owners.subarray(0, floats.length)]);
  assert.deepEqual(
    [...rows.refs],
    [...rows.owners].map((owner) => owner + 1),
  );
  assert.deepEqual([...rows.timestamps], [...floats.timestamps.subarray(0, floats.length)]);
  assert.deepEqual(bits(rows.values), bits(floats.values.subarray(0, floats.length)));
}

/** Labels handed over as bytes are those that the decoder finds. */
function compareTexts(request: RemoteRequest): void {
  const listed = new Set<number>();
  for (;;) {
    const texts = request.nextTexts();
    if (texts === undefined) break;
    const view = new DataView(texts.bytes.buffer, texts.bytes.byteOffset);
    for (let i = 0; i < texts.length; i++) {
      const owner = texts.owners[i] as number;
      listed.add(owner);
      const parts: string[] = [];
      let at = texts.starts[i] as number;
      for (let part = 0; part < 2 * (texts.labelCounts[i] as number); part++) {
        const length = view.getUint32(at, true);
        parts.push(Buffer.from(texts.bytes.slice(at + 4, at + 4 + length)).toString());
        at += 4 + ((length + 3) & ~3);
        assert.ok(texts.bytes.subarray(at - ((4 - (length & 3)) & 3), at).every((byte) => byte === 0));
      }
      const bytes = request.labels(owner);
      assert.deepEqual(parts, decodeLabels(bytes, 0, bytes.length)?.pairs);
    }
  }
  // What is left to the decoder is so for a reason.
  for (let i = 0; i < request.seriesCount; i++) {
    if (listed.has(i)) continue;
    const bytes = request.labels(i);
    assert.notDeepEqual(plainFields(bytes), Buffer.from(bytes));
  }
}

/** The label fields as plain senders write them; undefined where they are refused. */
function plainFields(bytes: Uint8Array): Buffer | undefined {
  try {
    const labels = decodeLabels(bytes, 0, bytes.length);
    if (labels === undefined) return undefined;
    const fields = [...labels].map(([name, value]) =>
      field(1, Buffer.concat([field(1, name), field(2, value)])),
    );
    return Buffer.concat(fields);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** Messages plain and damaged through the kernels and through the decoder; answers how many the kernels read. */
export function checkRequests(kernels: Kernels, options: { seed: number; count: number }): number {
  const random = seededRandom(options.seed);
  const table = new RemoteTable(kernels, scanKeys(random));
  let read = 0;
  for (let i = 0; i < options.count; i++) {
    const whole = messageOf(random);
    const isDamaged = random.uint32() % 2 === 0;
    const message = isDamaged ? damage(random, whole) : whole;
    const request = new RemoteRequest(table);
    try {
      request.load(message);
      if (runAtOnce(request.scan())) {
        read++;
        compare(request, message);
      } else assert.ok(isDamaged || decoded(message) === undefined, 'a plain message is read');
    } catch (error) {
      process.stdout.write(`      case ${i}: ${Buffer.from(message).toString('hex')}\n`);
      throw error;
    } finally {
      request.close();
    }
  }
  return read;
}
