/** Logs: pages and fragments, compressed records, and whole directories of segments. */
import assert from 'node:assert/strict';
import { zstdCompressSync } from 'node:zlib';
import { CorruptionError, encodeUtf8 } from '../../../src/base/index.js';
import {
  crc32c,
  type Kernels,
  SnappyUnpacker,
  snappyCompress,
  snappyDecompress,
} from '../../../src/kernels/index.js';
import { readLateLog, surveyLateLog } from '../../../src/tsdb/db/read-late-log.js';
import type { Head } from '../../../src/tsdb/head/index.js';
import { readSnapshot } from '../../../src/tsdb/snapshot/index.js';
import {
  FrameBuffer,
  ReplayRecords,
  SegmentReader,
  type StoredRecord,
  storeRecord,
} from '../../../src/tsdb/wal/index.js';
import { inflateRecord } from '../../../src/tsdb/wal/inflate-record.js';
import {
  type BlockChecksum,
  type DamagedRange,
  SegmentParser,
} from '../../../src/tsdb/wal/segment-parser.js';
import type { FuzzInput } from './fuzz-input.js';
import { MemoryFile, memoryDisk } from './memory-files.js';
import { snapshotSeries, snapshotTombstones } from './record-decoders.js';
import type { FuzzDecoder, FuzzOutcome } from './run-fuzz.js';
import { recordTypes, soundRecords } from './wal-sounds.js';

const directory = '/fuzz/log';
const segmentName = `${directory}/00000000`;
const pageBytes = 32_768;
const fragmentHeaderBytes = 7;
const zstdFlag = 16;
const mostRecordBytes = 1 << 29;

export function logDecoders(kernels: Kernels): FuzzDecoder[] {
  return [fragments(), pages(), snappy(kernels), zstd(), segmentReader(kernels), lateLog(), snapshot()];
}

function storeZstd(record: Uint8Array): StoredRecord {
  return { stored: zstdCompressSync(record), compression: zstdFlag };
}

function framed(records: readonly StoredRecord[], startByte = 0): Uint8Array {
  const frames = new FrameBuffer();
  frames.start(startByte);
  for (const record of records) frames.append(record);
  return frames.bytes.slice();
}

const recordsOf = (types: readonly number[]): Uint8Array[] =>
  types.map((type) => soundRecords(type)[0] as Uint8Array);

function smallSegments(): Uint8Array[] {
  const plain = recordsOf([1, 2, 11, 6]).map((record) => storeRecord(record, 'none'));
  const packed = recordsOf([1, 8, 4]).map((record) => storeRecord(record, 'snappy'));
  return [
    framed(plain),
    framed([...packed, ...plain]),
    framed([...recordsOf([2]).map(storeZstd), ...packed]),
  ];
}

const filler = storeRecord(new Uint8Array(pageBytes - 500).fill(200), 'none');

/** A record goes on in the next page. */
function pagedSegments(): Uint8Array[] {
  const long = storeRecord(new Uint8Array(900).fill(201), 'none');
  const small = recordsOf([1, 2]).map((record) => storeRecord(record, 'none'));
  return [framed([filler, long, ...small]), framed([filler, ...small, ...small, long])];
}

/** Checksums of all fragments, as far as their lengths lead. */
export function sealFragments(input: FuzzInput, from = 0): void {
  for (let at = from; at + fragmentHeaderBytes <= input.length; ) {
    const pageEnd = Math.min(at - (at % pageBytes) + pageBytes, input.length);
    const kind = (input.buffer[at] as number) & 7;
    const start = at + fragmentHeaderBytes;
    const end = start + ((input.buffer[at + 1] as number) << 8) + (input.buffer[at + 2] as number);
    if (kind === 0 || end > pageEnd || start > pageEnd) {
      at = at - (at % pageBytes) + pageBytes;
      continue;
    }
    input.setU32(at + 3, crc32c(input.buffer, start, end));
    at = end;
  }
}

function checkDamages(damages: readonly DamagedRange[], sizeBytes: number): void {
  let end = -1;
  for (const { startByte, endByte } of damages) {
    assert.ok(startByte > end && endByte >= startByte && endByte <= sizeBytes, 'damages in order, apart');
    end = endByte;
  }
}

function fragments(): FuzzDecoder {
  return {
    name: 'fragments of a log',
    sounds: smallSegments(),
    seal: (input) => sealFragments(input),
    mostBytes: { fixed: 256, perByte: 2 },
    decode: ({ bytes }) => parse(bytes, new SegmentParser()),
  };
}

/** Changes near a page's end, behind a fragment that nearly fills the page and stays as it is. */
function pages(): FuzzDecoder {
  const sounds = pagedSegments();
  const { length: fillerBytes } = filler.stored;
  const fillerEnd = fragmentHeaderBytes + fillerBytes;
  const fillerSum = crc32c(filler.stored);
  const checksum: BlockChecksum = (block, startByte, endByte) =>
    startByte === fragmentHeaderBytes && endByte === fillerEnd
      ? fillerSum
      : crc32c(block, startByte, endByte);
  return {
    name: 'pages of a log',
    sounds,
    regionOf: (origin) => ({ from: fillerEnd, to: (sounds[origin] as Uint8Array).length }),
    seal: (input) => sealFragments(input, fillerEnd),
    mostBytes: { fixed: 256, perByte: 2 },
    decode: ({ bytes }) => parse(bytes, new SegmentParser(checksum)),
  };
}

function parse(bytes: Uint8Array, parser: SegmentParser): FuzzOutcome {
  parser.feed(bytes, 0);
  let stored = 0;
  let records = 0;
  while (parser.next()) {
    records++;
    stored += parser.stored.length;
    assert.ok(parser.recordStart < parser.recordEnd && parser.recordEnd <= bytes.length);
  }
  parser.finish();
  assert.ok(stored + records * fragmentHeaderBytes <= bytes.length, 'more records than bytes');
  checkDamages(parser.damages, bytes.length);
  return parser.damages.length === 0 ? undefined : 'damage';
}

const text = encodeUtf8(
  '{job="node", instance="a"} {job="node", instance="b"} 0123456789 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
);

/** The kernel and its twin agree on what is sound and on what is in it. */
function snappy(kernels: Kernels): FuzzDecoder {
  const unpacker = new SnappyUnpacker(kernels);
  const block = kernels.alloc(1 << 13);
  const sounds = [text, new Uint8Array(400), ...recordsOf([1, 2, 7])].map((record) => snappyCompress(record));
  return {
    name: 'snappy, kernel beside its twin',
    sounds,
    mostBytes: { fixed: 1024, perByte: 22 },
    decode: ({ bytes }) => {
      kernels.bytes.set(bytes, block);
      const length = unpacker.unpack(block, bytes.length, mostRecordBytes);
      let plain: Uint8Array;
      try {
        plain = snappyDecompress(bytes, mostRecordBytes);
      } catch (error) {
        assert.equal(length, -1, 'the twin alone finds a fault');
        throw error;
      }
      assert.equal(length, plain.length);
      const found = kernels.bytes.subarray(unpacker.at, unpacker.at + length);
      assert.ok(Buffer.compare(found, plain) === 0, 'content');
      return undefined;
    },
  };
}

function zstd(): FuzzDecoder {
  return {
    name: 'zstd',
    sounds: [text, new Uint8Array(400), ...recordsOf([1, 2, 7])].map((record) => zstdCompressSync(record)),
    decode: ({ bytes }) => {
      const inflated = inflateRecord({ stored: bytes, compression: zstdFlag });
      // A block of three bytes and one more stands for 128 KiB at most.
      assert.ok(inflated.length <= bytes.length * 2 ** 17);
      return undefined;
    },
  };
}

interface ReadLog {
  readonly records: Uint8Array[];
  readonly damages: readonly DamagedRange[];
}

/** A replay's way through a segment, in a memory of kernels, beside the plain one. */
function segmentReader(kernels: Kernels): FuzzDecoder {
  const file = new MemoryFile(segmentName);
  const disk = memoryDisk(directory, [file]);
  const replay = new ReplayRecords(kernels);
  const read = async (withKernels: boolean): Promise<ReadLog> => {
    const reader = await SegmentReader.open(disk, segmentName, withKernels ? kernels : undefined);
    const records: Uint8Array[] = [];
    try {
      while (await reader.fill()) {
        while (reader.next()) {
          records.push(reader.record.slice());
          if (withKernels) decodeOrFault(replay, reader);
        }
      }
      return { records, damages: reader.damages };
    } finally {
      await reader.close();
    }
  };
  return {
    name: 'segment of a log, kernels beside the plain reader',
    sounds: smallSegments(),
    seal: (input) => sealFragments(input),
    mostBytes: { fixed: 1 << 17, perByte: 128 },
    decode: async ({ bytes }) => {
      file.bytes = bytes;
      const plain = await read(false);
      const found = await read(true);
      assert.equal(found.records.length, plain.records.length);
      for (const [i, record] of found.records.entries())
        assert.ok(Buffer.compare(record, plain.records[i] as Uint8Array) === 0, 'a record');
      assert.equal(found.damages.length, plain.damages.length);
      for (const [i, { startByte, endByte, reason, torn }] of found.damages.entries()) {
        const other = plain.damages[i] as DamagedRange;
        assert.ok(startByte === other.startByte && endByte === other.endByte && torn === other.torn);
        assert.equal(reason, other.reason);
      }
      checkDamages(plain.damages, bytes.length);
      return plain.damages.length === 0 ? undefined : 'damage';
    },
  };
}

function decodeOrFault(replay: ReplayRecords, reader: SegmentReader): void {
  replay.storedSeries(reader);
  try {
    replay.decode(reader);
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
  }
}

/** All of `wbl`: markers, late samples and histograms go into chunks. The head is a stand-in that takes them. */
function lateLog(): FuzzDecoder {
  const file = new MemoryFile(segmentName);
  const disk = memoryDisk(directory, [file]);
  const taken = { chunks: 0 };
  const head = {
    reserveRefs: () => {},
    restoreChunkBytes: (chunk: { samples: number; mintMs: number; maxtMs: number }): boolean => {
      taken.chunks++;
      assert.ok(chunk.samples > 0 && chunk.mintMs <= chunk.maxtMs);
      return true;
    },
  } as unknown as Head;
  const sounds = [
    framed(recordsOf([5, 2, 11]).map((record) => storeRecord(record, 'none'))),
    framed(
      recordsOf(recordTypes.filter((type) => type >= 7 && type <= 9)).map((record) =>
        storeRecord(record, 'none'),
      ),
    ),
    framed(recordsOf([10, 12, 13]).map((record) => storeRecord(record, 'none'))),
  ];
  return {
    name: 'log of late samples',
    sounds,
    seal: (input) => sealFragments(input),
    mostBytes: { fixed: 1 << 17, perByte: 128 },
    decode: async ({ bytes }) => {
      file.bytes = bytes;
      taken.chunks = 0;
      const stats = { samples: 0, histograms: 0, unknownRefs: 0, corruptions: 0 };
      const survey = await surveyLateLog(disk, directory);
      assert.ok(survey !== undefined);
      const reports = await readLateLog({ disk, directory, head, chunks: undefined, survey, stats });
      assert.equal(reports.length, 1);
      assert.ok(stats.samples <= bytes.length && stats.histograms <= bytes.length);
      assert.ok(taken.chunks <= stats.samples + stats.histograms);
      return stats.corruptions === 0 ? undefined : 'damage';
    },
  };
}

function snapshot(): FuzzDecoder {
  const file = new MemoryFile(segmentName);
  const disk = memoryDisk(directory, [file]);
  const exemplars = soundRecords(4)[0] as Uint8Array;
  exemplars[0] = 3;
  const records = [snapshotSeries(1), snapshotSeries(2), snapshotTombstones(), exemplars];
  return {
    name: 'chunk snapshot',
    sounds: (['none', 'snappy'] as const).map((compression) =>
      framed(records.map((record) => storeRecord(record, compression))),
    ),
    seal: (input) => sealFragments(input),
    mostBytes: { fixed: 1 << 17, perByte: 128 },
    decode: async ({ bytes }) => {
      file.bytes = bytes;
      let shown = 0;
      const { reports, unreadable } = await readSnapshot(disk, directory, () => {
        shown++;
      });
      assert.ok(shown + unreadable <= bytes.length / fragmentHeaderBytes);
      const isDamaged = unreadable > 0 || reports.some(({ damages }) => damages.length > 0);
      return isDamaged ? 'damage' : undefined;
    },
  };
}
