/** Random cases of the log's kernels against their twins; each answers how many it has compared. */
import assert from 'node:assert/strict';
import {
  ByteReader,
  ByteWriter,
  CorruptionError,
  DecodeError,
  type Random,
  seededRandom,
} from '../../src/base/index.js';
import {
  crc32c,
  KernelBuffer,
  type Kernels,
  SnappyPacker,
  SnappyUnpacker,
  snappyCompress,
  snappyDecompress,
} from '../../src/kernels/index.js';
import {
  encodeSampleRows,
  encodeSamples,
  FrameBuffer,
  KernelFrames,
  maxRecordRows,
  SampleColumns,
  SampleRowsDecoder,
  sampleRecordBytes,
  storeRecord,
} from '../../src/tsdb/wal/index.js';
import { decodeSamples } from '../../src/tsdb/wal/records/samples.js';

export type LogCases = (kernels: Kernels, seed: number, count: number) => number;

const below = (random: Random, limit: number): number => Math.floor(random.float() * limit);
const skewed = (random: Random, limit: number): number => Math.floor(random.float() ** 4 * limit);

/** Of several kinds: noise, few values, runs, rows that resemble each other. */
function content(random: Random, limit: number): Uint8Array {
  const length = skewed(random, limit);
  const kind = below(random, 5);
  if (kind === 0) return random.bytes(length);
  const bytes = new Uint8Array(length);
  if (kind === 1) return bytes.fill(random.uint32() & 0xff);
  const period = 1 + below(random, 40);
  for (let i = 0; i < length; i++) {
    if (kind === 2) bytes[i] = random.uint32() & 3;
    else if (i < period || random.float() < 0.05) bytes[i] = random.uint32() & 0xff;
    else bytes[i] = bytes[i - period] as number;
  }
  return bytes;
}

export const checkCrc32c: LogCases = (kernels, seed, count) => {
  const random = seededRandom(seed);
  const buffer = new KernelBuffer(kernels);
  for (let i = 0; i < count; i++) {
    const bytes = random.bytes(skewed(random, 5000));
    const skip = below(random, 16);
    const at = buffer.reserve(bytes.length + 32) + skip;
    kernels.bytes.set(bytes, at);
    const before = i % 3 === 0 ? random.uint32() : 0;
    const found = kernels.exports.crc32c(at, bytes.length, before) >>> 0;
    assert.equal(found, crc32c(bytes, 0, bytes.length, before), `case ${i}, ${bytes.length} bytes`);
  }
  return count;
};

export const checkSnappy: LogCases = (kernels, seed, count) => {
  const random = seededRandom(seed);
  const input = new KernelBuffer(kernels);
  const packer = new SnappyPacker(kernels);
  const unpacker = new SnappyUnpacker(kernels);
  for (let i = 0; i < count; i++) {
    const bytes = content(random, i % 200 === 0 ? 300_000 : 4000);
    const length = packer.pack(input.put(bytes), bytes.length);
    const packed = kernels.bytes.slice(packer.at, packer.at + length);
    assert.deepEqual(snappyDecompress(packed, bytes.length), bytes, `case ${i}: the twin reads the kernel`);
    const source = i % 2 === 0 ? packed : snappyCompress(bytes);
    const unpacked = unpacker.unpack(input.put(source), source.length, bytes.length);
    assert.equal(unpacked, bytes.length, `case ${i}: the kernel reads`);
    assert.ok(equal(kernels, unpacker.at, bytes), `case ${i}: content`);
    checkDamaged(kernels, { random, source: source.slice(), input, unpacker, limit: bytes.length + 64 });
  }
  return count;
};

/** A changed or cut block is read as the twin reads it, or refused where the twin refuses it. */
function checkDamaged(
  kernels: Kernels,
  parts: {
    random: Random;
    source: Uint8Array;
    input: KernelBuffer;
    unpacker: SnappyUnpacker;
    limit: number;
  },
): void {
  const { random, source, input, unpacker, limit } = parts;
  const damaged = source.subarray(0, source.length - (random.float() < 0.3 ? below(random, 8) : 0));
  if (damaged.length > 0) damaged[skewed(random, damaged.length)] = random.uint32() & 0xff;
  let expected: Uint8Array | undefined;
  try {
    expected = snappyDecompress(damaged, limit);
  } catch (error) {
    assert.ok(error instanceof CorruptionError);
  }
  const at = input.put(damaged);
  const length = unpacker.unpack(at, damaged.length, limit);
  assert.equal(length, expected?.length ?? -1);
  if (expected !== undefined) assert.ok(equal(kernels, unpacker.at, expected));
}

function equal(kernels: Kernels, at: number, bytes: Uint8Array): boolean {
  return Buffer.compare(kernels.bytes.subarray(at, at + bytes.length), bytes) === 0;
}

const safe = Number.MAX_SAFE_INTEGER;

function randomColumns(random: Random, rows: number): SampleColumns {
  const columns = new SampleColumns();
  columns.reserve(rows);
  columns.length = rows;
  const baseRef = Math.floor(random.float() ** 6 * 2 ** 50);
  const baseTime = random.float() < 0.1 ? -below(random, 2 ** 40) : 1_700_000_000_000 + below(random, 1e9);
  for (let row = 0; row < rows; row++) {
    const wild = random.float() < 0.02;
    columns.refs[row] = wild ? Math.floor(random.float() * safe) : baseRef + below(random, 3) + row;
    columns.timestamps[row] =
      random.float() < 0.01
        ? below(random, 2 ** 51)
        : baseTime + (random.float() < 0.5 ? 0 : below(random, 1e5));
    // Any bits: NaNs with payloads among them.
    columns.words[2 * row] = random.uint32();
    columns.words[2 * row + 1] = random.float() < 0.1 ? 0x7ff00000 + below(random, 9) : random.uint32();
  }
  return columns;
}

export const checkSamples: LogCases = (kernels, seed, count) => {
  const random = seededRandom(seed);
  const columns = new KernelBuffer(kernels);
  const record = new KernelBuffer(kernels);
  const decoder = new SampleRowsDecoder(kernels);
  const writer = new ByteWriter();
  const twin = new SampleColumns();
  for (let i = 0; i < count; i++) {
    const rows = i % 5000 === 4999 ? maxRecordRows + 10 : skewed(random, 300);
    const batch = randomColumns(random, rows);
    writer.reset();
    encodeSamples(writer, batch);
    const expected = writer.take();
    const refs = columns.reserve(rows * 24 + 8);
    const place = { length: rows, refs, timestamps: refs + rows * 8, values: refs + rows * 16 };
    for (const [name, at] of Object.entries(place)) {
      if (name === 'length') continue;
      const column = batch[name as 'refs'];
      kernels.bytes.set(new Uint8Array(column.buffer, 0, rows * 8), at);
    }
    const at = record.reserve(sampleRecordBytes(rows));
    const length = encodeSampleRows(kernels, place, at);
    assert.equal(length, expected.length, `case ${i}`);
    assert.ok(equal(kernels, at, expected), `case ${i}: the record`);
    if (i % 2 === 1) damage(random, kernels.bytes.subarray(at, at + length));
    const cut = i % 4 === 3 ? below(random, Math.min(length, 40)) : 0;
    checkDecoding(kernels, { decoder, twin, at, end: at + Math.max(1, length - cut), name: `case ${i}` });
  }
  return count;
};

function damage(random: Random, record: Uint8Array): void {
  if (record.length > 1) record[1 + skewed(random, record.length - 1)] = random.uint32() & 0xff;
}

function checkDecoding(
  kernels: Kernels,
  parts: { decoder: SampleRowsDecoder; twin: SampleColumns; at: number; end: number; name: string },
): void {
  const { decoder, twin, at, end, name } = parts;
  const bytes = kernels.bytes.slice(at, end);
  const reader = new ByteReader(bytes, { path: 'record', start: 1 });
  let fault: unknown;
  try {
    decodeSamples(reader, twin);
  } catch (error) {
    fault = error;
  }
  if (fault !== undefined) {
    assert.ok(fault instanceof DecodeError);
    assert.throws(() => decoder.decode(at, end), { message: fault.message }, name);
    return;
  }
  const rows = decoder.decode(at, end);
  assert.equal(rows.length, twin.length, name);
  for (const column of ['refs', 'timestamps', 'values'] as const) {
    const expected = new Uint8Array(twin[column].buffer, 0, rows.length * 8);
    assert.ok(equal(kernels, rows[column], expected), `${name}: ${column}`);
  }
}

export const checkFrames: LogCases = (kernels, seed, count) => {
  const random = seededRandom(seed);
  const input = new KernelBuffer(kernels);
  const frames = new KernelFrames(kernels);
  const twin = new FrameBuffer();
  for (let i = 0; i < count; i++) {
    const offset = below(random, 4) === 0 ? 0 : below(random, 1 << 20);
    // No segment ends within the last bytes of a page.
    const start = offset % 32768 > 32761 ? offset - 7 : offset;
    frames.start(start);
    twin.start(start);
    for (let record = below(random, 4); record >= 0; record--) {
      const bytes = content(random, i % 50 === 0 ? 100_000 : 3000);
      const stored = storeRecord(bytes, record % 2 === 0 ? 'snappy' : 'none');
      twin.append(stored);
      const { length } = stored.stored;
      frames.append({ at: input.put(stored.stored), length, compression: stored.compression });
    }
    if (i % 7 === 0) {
      twin.padPage();
      frames.padPage();
    }
    assert.equal(frames.fragments, twin.fragments, `case ${i}`);
    assert.equal(Buffer.compare(frames.bytes, twin.bytes), 0, `case ${i}`);
  }
  return count;
};
