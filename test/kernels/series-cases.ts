/** Random records of series, read by the kernel and by plain code into heads of their own. */
import assert from 'node:assert/strict';
import { ByteReader, ByteWriter, type Random, seededRandom } from '../../src/base/index.js';
import { KernelBuffer, type Kernels } from '../../src/kernels/index.js';
import type { SeriesRef } from '../../src/storage/index.js';
import type { Head } from '../../src/tsdb/head/index.js';
import { decodeRecord, recordType, SampleColumns } from '../../src/tsdb/wal/index.js';
import { readSeries, writeSeries } from '../../src/tsdb/wal/records/series.js';

const below = (random: Random, limit: number): number => Math.floor(random.float() * limit);
const texts = [
  'a',
  'b',
  'ab',
  'abc',
  '__name__',
  '__proto__',
  'é',
  'zz\u{1f600}',
  '\ufeffx',
  'a-long-name-of-a-label',
];
const most = 64;

/** Mostly as upstream writes it; sometimes not in order, empty, doubled, cut off, not UTF-8, or of a reference too big. */
function recordOf(random: Random): Uint8Array {
  const writer = new ByteWriter(256);
  writer.byte(recordType.series);
  const odd = below(random, 4) === 0;
  for (let i = below(random, 8); i > 0; i--) {
    if (odd && below(random, 20) === 0) writer.byte(0x7f);
    writer.u64(below(random, odd ? 4 : 400) + (odd ? 0 : 1));
    const names = [...texts].filter(() => below(random, 3) === 0);
    if (!odd || below(random, 3) > 0) names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    if (names.length === 0) names.push('only');
    if (odd && below(random, 6) === 0) names.push(names[0] as string);
    writer.uvarint(names.length);
    for (const name of names) {
      writer.text(name);
      const value =
        odd && below(random, 8) === 0 ? '' : `${below(random, 12)}${'v'.repeat(below(random, 9))}`;
      writer.text(below(random, 300) === 0 ? 'x'.repeat(20_000) : value);
    }
  }
  const bytes = writer.take().slice();
  if (odd && bytes.length > 1 && below(random, 3) === 0) {
    const at = 1 + below(random, bytes.length - 1);
    bytes[at] = (bytes[at] as number) ^ (1 << below(random, 8));
  }
  return odd && below(random, 4) === 0 ? bytes.slice(0, below(random, bytes.length) + 1) : bytes;
}

/** References in their order, new ones positive. */
function restorePlain(head: Head, bytes: Uint8Array): number[] | undefined {
  let record: ReturnType<typeof decodeRecord>;
  try {
    record = decodeRecord(bytes, new SampleColumns());
  } catch {
    return undefined;
  }
  assert.ok(record.kind === 'series');
  return record.entries.map(({ ref, labels }) => {
    if (head.hasSeries(ref)) return -ref;
    head.restoreSeries(ref, labels);
    return ref;
  });
}

function restoreStored(head: Head, input: KernelBuffer, refs: number, bytes: Uint8Array): number[] {
  const { kernels } = input;
  const end = input.at + bytes.length;
  const found: number[] = [];
  for (let next = input.at + 1; next < end; ) {
    const made = head.restoreStored({ at: next, end, refs, most });
    for (let i = 0; i < made.count; i++) found.push(kernels.doubles[(refs >>> 3) + i] as number);
    next = made.at;
    if (!made.isStopped) continue;
    const reader = new ByteReader(kernels.bytes.subarray(next, end), { path: 'record' });
    const { ref, labels } = readSeries(reader);
    head.restoreSeries(ref, labels);
    found.push(ref);
    next = end - reader.left;
  }
  return found;
}

/** Every ref with its labels, and what the head writes of it. */
function checkWritten(head: Head, plain: Head, into: KernelBuffer): void {
  assert.deepEqual([...head.refs()], [...plain.refs()]);
  for (const ref of head.refs()) {
    // No head gives out a reference of 0, and none is found by it.
    if (ref === 0) continue;
    const labels = head.seriesLabels(ref);
    assert.ok(labels !== undefined);
    assert.deepEqual(labels.pairs, plain.seriesLabels(ref)?.pairs);
    const writer = new ByteWriter(256);
    writeSeries(writer, recordType.series, [{ ref, labels }]);
    const expected = writer.take().subarray(1);
    const end = into.at + into.sizeBytes;
    assert.equal(head.writeSeries(ref, end - expected.length + 1, end), -1);
    const behind = head.writeSeries(ref, into.at, end);
    assert.deepEqual(Buffer.from(into.view(behind - into.at)), Buffer.from(expected));
  }
  assert.equal(head.writeSeries(999_999 as SeriesRef, into.at, into.at + 100), 0);
}

/** Answers how many records the kernel made series of. */
export async function checkSeries(
  openHead: () => Promise<[Head, Kernels]>,
  seed: number,
  count: number,
): Promise<number> {
  const random = seededRandom(seed);
  let stored = 0;
  for (let done = 0; done < count; ) {
    const [head, kernels] = await openHead();
    const [plain] = await openHead();
    const input = new KernelBuffer(kernels);
    const written = new KernelBuffer(kernels);
    const refs = kernels.alloc(most * 8);
    written.reserve(1 << 19);
    for (let i = 0; i < 1000 && done < count; i++, done++) {
      const bytes = recordOf(random);
      input.put(bytes);
      const end = input.at + bytes.length;
      const isSound =
        bytes.length > 1 && kernels.exports.headCheckSeries(input.at + 1, end, 1 << 20) >>> 0 === end;
      const expected = restorePlain(plain, bytes);
      if (!isSound) {
        restorePlain(head, bytes);
        continue;
      }
      stored++;
      assert.deepEqual(restoreStored(head, input, refs, bytes), expected, `case ${done}`);
    }
    assert.equal(head.seriesCount, plain.seriesCount);
    checkWritten(head, plain, written);
  }
  return stored;
}
