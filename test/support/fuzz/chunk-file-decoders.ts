/** Chunks as files hold them: records of segments, and files of chunks_head. */
import assert from 'node:assert/strict';
import { ByteWriter, CorruptionError } from '../../../src/base/index.js';
import { crc32c, KernelScope, type Kernels, mostChunkRecords } from '../../../src/kernels/index.js';
import { ChunkPieces, ChunkWindow, HeadChunkReader, readHeadChunks } from '../../../src/tsdb/chunks/index.js';
import { ChunkSegments, openChunkSegments } from '../../../src/tsdb/chunks/segment-reader.js';
import { sealRange, uvarintAt } from './checksums.js';
import { encodings } from './chunk-decoders.js';
import { soundChunks } from './chunk-sounds.js';
import type { FuzzInput } from './fuzz-input.js';
import { MemoryFile, memoryDisk } from './memory-files.js';
import type { FuzzDecoder } from './run-fuzz.js';

const headerBytes = 8;
const dayMs = 86_400_000;
const headFixedBytes = 25;
const directory = '/fuzz/chunks';

function withChecksum(out: ByteWriter, body: Uint8Array): void {
  out.raw(body);
  out.u32(crc32c(body));
}

/** Header and a few records: length, encoding, data, checksum. */
function segment(chunks: readonly (readonly [encoding: number, bytes: Uint8Array])[]): Uint8Array {
  const out = new ByteWriter();
  out.raw(Uint8Array.of(0x85, 0xbd, 0x40, 0xdd, 1, 0, 0, 0));
  for (const [encoding, bytes] of chunks) {
    out.uvarint(bytes.length);
    withChecksum(out, Uint8Array.of(encoding, ...bytes));
  }
  return out.take();
}

function headFile(chunks: readonly (readonly [encoding: number, bytes: Uint8Array])[]): Uint8Array {
  const out = new ByteWriter();
  out.raw(Uint8Array.of(0x01, 0x30, 0xbc, 0x91, 1, 0, 0, 0));
  chunks.forEach(([encoding, bytes], i) => {
    const record = new ByteWriter();
    record.u64(i + 1);
    record.u64(1_700_000_000_000);
    record.u64(1_700_000_100_000 + i);
    record.byte(i % 2 === 0 ? encoding : encoding | 0x80);
    record.uvarint(bytes.length);
    record.raw(bytes);
    withChecksum(out, record.take());
  });
  return out.take();
}

const small = (encoding: number): (readonly [number, Uint8Array])[] =>
  soundChunks(encodings.find((one) => one === encoding) ?? 1, dayMs)
    .slice(0, 3)
    .map((bytes) => [encoding, bytes] as const);

function sealRecords(input: FuzzInput, fixedBytes: number): void {
  for (let at = headerBytes; at < input.length; ) {
    const length = uvarintAt(input, at + fixedBytes);
    if (length === undefined) return;
    const start = fixedBytes === 0 ? at + length.bytes : at;
    const end = at + fixedBytes + length.bytes + length.value + (fixedBytes === 0 ? 1 : 0);
    sealRange(input, start, end);
    at = end + 4;
  }
}

export function chunkFileDecoders(kernels: Kernels): FuzzDecoder[] {
  const segments = [small(1), [...small(2), ...small(4)], [...small(6), ...small(3), ...small(5)]].map(
    segment,
  );
  const heads = [small(1), [...small(4), ...small(2)]].map(headFile);
  return [
    segmentHeader(segments),
    segmentRecords(segments, kernels),
    kernelRecords(kernels),
    headScan(heads),
    headPlaces(heads),
  ];
}

function segmentHeader(sounds: readonly Uint8Array[]): FuzzDecoder {
  const file = new MemoryFile(`${directory}/000001`);
  const disk = memoryDisk(directory, [file]);
  return {
    name: 'header of a chunk segment',
    sounds: sounds.map((bytes) => bytes.subarray(0, headerBytes + 8)),
    decode: async ({ bytes }) => {
      file.bytes = bytes;
      const opened = await openChunkSegments(disk, directory);
      assert.equal(opened.sizeBytes, bytes.length);
      await opened.close();
      return undefined;
    },
  };
}

/** All records of a segment, through both readers, which agree on what they answer. */
function segmentRecords(sounds: readonly Uint8Array[], kernels: Kernels): FuzzDecoder {
  const file = new MemoryFile(`${directory}/000001`);
  return {
    name: 'records of a chunk segment, both readers',
    sounds,
    seal: (input) => sealRecords(input, 0),
    decode: (input) => {
      const { bytes } = input;
      file.bytes = bytes;
      const opened = new ChunkSegments(directory, [{ file, sizeBytes: bytes.length }]);
      const scope = new KernelScope(kernels);
      const window = new ChunkWindow(opened, scope);
      try {
        for (let at = headerBytes, records = 0; at < bytes.length; records++) {
          assert.ok(records <= bytes.length, 'more records than bytes');
          const plain = attempt(() => new ChunkPieces(opened).read(at));
          const placed = attempt(() => window.find(at, 64));
          if (plain instanceof CorruptionError || placed instanceof CorruptionError) {
            assert.ok(
              plain instanceof CorruptionError && placed instanceof CorruptionError,
              'one reader fails alone',
            );
            throw plain;
          }
          assert.equal(placed.encoding, plain.encoding);
          const data = kernels.bytes.subarray(placed.at, placed.at + placed.length);
          assert.ok(Buffer.compare(data, plain.bytes) === 0, 'the data of both readers');
          at = endOf(input, at);
        }
      } finally {
        window.close();
        scope.close();
      }
      return undefined;
    },
  };
}

function endOf(input: FuzzInput, at: number): number {
  const length = uvarintAt(input, at);
  assert.ok(length !== undefined, 'a chunk was read whose length is none');
  return at + length.bytes + 1 + length.value + 4;
}

function attempt<T>(read: () => T): T | CorruptionError {
  try {
    return read();
  } catch (error) {
    if (error instanceof CorruptionError) return error;
    throw error;
  }
}

/** The kernel of chunk records beside the kernel of chunks, one record after the other. */
function kernelRecords(kernels: Kernels): FuzzDecoder {
  const sounds = [small(1), [...small(1), ...small(4)], [...small(1).reverse(), ...small(1)]].map((chunks) =>
    segment(chunks),
  );
  const scope = new KernelScope(kernels);
  const rows = 1 << 14;
  const block = scope.alloc(1 << 13);
  const [times, values, someTimes, someValues] = Array.from({ length: 4 }, () => scope.alloc(8 * rows)) as [
    number,
    number,
    number,
    number,
  ];
  const endless = Number.POSITIVE_INFINITY;
  const { exports } = kernels;
  return {
    name: 'kernel xorRecords beside xorDecode',
    sounds,
    seal: (input) => sealRecords(input, 0),
    mostBytes: { fixed: 1 << 12, perByte: 8 },
    decode: (input) => {
      const { bytes } = input;
      kernels.bytes.set(bytes, block);
      const offsets = exports.xorRecordOffsets() >>> 2;
      let count = 0;
      for (let at = headerBytes; at < bytes.length && count < mostChunkRecords; count++) {
        kernels.words[offsets + count] = at;
        const length = uvarintAt(input, at);
        at = length === undefined ? bytes.length : at + length.bytes + 1 + length.value + 4;
      }
      if (input.below(16) === 0 && count > 0) kernels.words[offsets + input.below(count)] = input.uint32();
      const places = Array.from(kernels.words.subarray(offsets, offsets + count));
      const done = exports.xorRecords(
        block,
        bytes.length,
        count,
        times,
        values,
        0,
        rows,
        -endless,
        endless,
        -endless,
      );
      const report = exports.xorRecordsReport() >>> 0;
      const [row, last] = [kernels.words[report >>> 2], kernels.doubles[(report >>> 3) + 1]];
      const expected = { row: 0, last: -endless, records: 0 };
      for (const at of places) {
        const length = at < bytes.length ? uvarintAt(input, at) : undefined;
        if (length === undefined) break;
        const start = at + length.bytes;
        const end = start + 1 + length.value;
        if (end + 4 > bytes.length || bytes[start] !== 1) break;
        if (crc32c(bytes, start, end) !== input.u32At(end)) break;
        const into = [someTimes, someValues, expected.row, rows, -endless, endless, expected.last] as const;
        const written = exports.xorDecode(block + start + 1, length.value, ...into);
        const decoded = exports.xorDecodeReport() >>> 0;
        if (written < 0 || (expected.row > 0 && kernels.words[decoded >>> 2] !== 0)) break;
        expected.row += written;
        expected.last = kernels.doubles[(decoded >>> 3) + 1] as number;
        expected.records++;
      }
      assert.deepEqual([done, row, last], [expected.records, expected.row, expected.last]);
      const of = (at: number): Uint8Array => kernels.bytes.subarray(at, at + 8 * expected.row);
      assert.ok(Buffer.compare(of(times), of(someTimes)) === 0, 'times');
      assert.ok(Buffer.compare(of(values), of(someValues)) === 0, 'values');
      return done < count ? 'left to the caller' : undefined;
    },
  };
}

const knownReason =
  /^(corruption in |\d+ bytes that are no chunk|a chunk of |a chunk whose checksum is wrong)/;

/** Damage is a value here. */
function headScan(sounds: readonly Uint8Array[]): FuzzDecoder {
  const file = new MemoryFile(`${directory}/000001`);
  const disk = memoryDisk(directory, [file]);
  return {
    name: 'file of chunks_head',
    sounds,
    seal: (input) => sealRecords(input, headFixedBytes),
    mostBytes: { fixed: 1 << 12, perByte: 4 },
    decode: async ({ bytes }) => {
      file.bytes = bytes;
      let count = 0;
      const scan = await readHeadChunks({
        disk,
        directory,
        onChunk: (chunk) => {
          count++;
          assert.ok(chunk.samples <= 0xffff && chunk.encoding < 0x80 && chunk.offset < bytes.length);
          assert.ok(Number.isSafeInteger(chunk.mintMs) && Number.isSafeInteger(chunk.maxtMs));
        },
      });
      assert.equal(scan.chunkCount, count);
      assert.ok(count <= bytes.length / headFixedBytes);
      if (scan.damage === undefined) return undefined;
      assert.match(scan.damage.reason, knownReason);
      return 'damage';
    },
  };
}

/** Records by their places, right and wrong ones. */
function headPlaces(sounds: readonly Uint8Array[]): FuzzDecoder {
  const file = new MemoryFile(`${directory}/000001`);
  const disk = memoryDisk(directory, [file]);
  const reader = new HeadChunkReader(disk, directory);
  return {
    name: 'record of chunks_head by its place',
    sounds,
    seal: (input) => sealRecords(input, headFixedBytes),
    mostBytes: { fixed: 1 << 12, perByte: 4 },
    decode: (input) => {
      const { bytes } = input;
      file.bytes = bytes;
      const offset = input.below(8) === 0 ? input.below(2 * bytes.length) : headerBytes;
      const { encoding, bytes: data } = reader.readBytes({ segment: 1, offset });
      assert.ok(encoding < 0x80 && data.length <= bytes.length);
      return undefined;
    },
  };
}
