/** Records: those of the write-ahead logs and those of chunk snapshots. */
import assert from 'node:assert/strict';
import { ByteWriter, DecodeError } from '../../../src/base/index.js';
import type { Kernels } from '../../../src/kernels/index.js';
import { wordsOf } from '../../../src/model/index.js';
import { decodeSnapshotRecord } from '../../../src/tsdb/snapshot/snapshot-records.js';
import { encodeDeletions } from '../../../src/tsdb/tombstones/index.js';
import {
  decodeRecord,
  recordType,
  SampleColumns,
  SampleRowsDecoder,
  type WalRecord,
} from '../../../src/tsdb/wal/index.js';
import { sealRange } from './checksums.js';
import { checkHistogram } from './chunk-decoders.js';
import { soundChunks } from './chunk-sounds.js';
import type { FuzzInput } from './fuzz-input.js';
import type { FuzzDecoder, FuzzOutcome } from './run-fuzz.js';
import { recordTypes, soundLabels, soundRecords } from './wal-sounds.js';

export function recordDecoders(kernels: Kernels): FuzzDecoder[] {
  return [
    ...recordTypes.map(recordDecoder),
    rowsKernel(kernels),
    seriesKernel(kernels),
    ...snapshotDecoders(),
  ];
}

/** The first byte stays what the decoder is for. */
function keepType(type: number): (input: FuzzInput) => void {
  return (input) => {
    input.buffer[0] = type;
  };
}

function recordDecoder(type: number): FuzzDecoder {
  const columns = new SampleColumns();
  return {
    name: `record of type ${type}`,
    sounds: soundRecords(type),
    seal: keepType(type),
    decode: ({ bytes }) => {
      const record = decodeRecord(bytes, columns);
      checkRecord(record, bytes.length);
      return record.kind === 'unknown' ? 'unknown' : undefined;
    },
  };
}

const isRef = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

export function checkRecord(record: WalRecord, bytes: number): void {
  switch (record.kind) {
    case 'samples':
      assert.ok(record.batch.length * 10 <= bytes);
      for (let row = 0; row < record.batch.length; row++) {
        assert.ok(isRef(record.batch.refs[row] as number), 'a reference');
        assert.ok(Number.isSafeInteger(record.batch.timestamps[row]), 'a time');
        assert.ok(Number.isSafeInteger(record.batch.startTimestamps?.[row] ?? 0), 'a start time');
      }
      return;
    case 'histograms':
      assert.ok(record.samples.length + record.skipped <= bytes);
      for (const { ref, timestampMs, startTimestampMs = 0, histogram } of record.samples) {
        assert.ok(isRef(ref) && Number.isSafeInteger(timestampMs) && Number.isSafeInteger(startTimestampMs));
        checkHistogram(histogram, bytes);
      }
      return;
    case 'tombstones':
      for (const { ref, mintMs, maxtMs } of record.entries)
        assert.ok(isRef(ref) && !Number.isNaN(mintMs) && !Number.isNaN(maxtMs));
      return;
    case 'late-place':
      for (const { place } of record.entries) assert.ok(Number.isSafeInteger(place.endByte));
      return;
    case 'unknown':
      return;
    default:
      assert.ok(record.entries.length <= bytes);
      for (const { ref } of record.entries) assert.ok(isRef(ref));
  }
}

/** The kernel that decodes floats on a replay says what the plain code says. */
function rowsKernel(kernels: Kernels): FuzzDecoder {
  const columns = new SampleColumns();
  const decoder = new SampleRowsDecoder(kernels);
  const block = kernels.alloc(1 << 13);
  return {
    name: 'kernel walDecodeSamples beside the plain code',
    sounds: soundRecords(recordType.samples),
    seal: keepType(recordType.samples),
    decode: ({ bytes }) => {
      if (bytes[0] !== recordType.samples) return 'another type';
      kernels.bytes.set(bytes, block);
      let rows: ReturnType<typeof decoder.decode>;
      try {
        rows = decoder.decode(block, block + bytes.length);
      } catch (error) {
        assert.throws(() => decodeRecord(bytes, columns), DecodeError, 'the kernel alone finds a fault');
        throw error;
      }
      decodeRecord(bytes, columns);
      assert.equal(rows.length, columns.length);
      const words = wordsOf(columns.values);
      for (let row = 0; row < rows.length; row++) {
        assert.ok(kernels.doubles[(rows.refs >>> 3) + row] === columns.refs[row]);
        assert.ok(kernels.doubles[(rows.timestamps >>> 3) + row] === columns.timestamps[row]);
        const word = (rows.values >>> 2) + 2 * row;
        assert.ok(kernels.words[word] === words[2 * row] && kernels.words[word + 1] === words[2 * row + 1]);
      }
      return undefined;
    },
  };
}

/** Where the kernel would make the series of a record by itself, the plain code reads it. */
function seriesKernel(kernels: Kernels): FuzzDecoder {
  const columns = new SampleColumns();
  const block = kernels.alloc(1 << 13);
  return {
    name: 'kernel headCheckSeries beside the plain code',
    sounds: soundRecords(recordType.series),
    seal: keepType(recordType.series),
    decode: ({ bytes }) => {
      if (bytes[0] !== recordType.series) return 'another type';
      kernels.bytes.set(bytes, block);
      const end = block + bytes.length;
      let checked = block + 1;
      for (let calls = 0; checked !== 0 && checked < end; calls++) {
        assert.ok(calls <= bytes.length, 'no end of calls');
        checked = kernels.exports.headCheckSeries(checked, end, 64) >>> 0;
      }
      if (checked === 0) return 'left to the plain code';
      assert.equal(checked, end);
      const record = decodeRecord(bytes, columns);
      assert.equal(record.kind, 'series');
      return undefined;
    },
  };
}

function snapshotDecoders(): FuzzDecoder[] {
  const [tombstones, exemplars] = [snapshotTombstones(), soundRecords(recordType.exemplars)];
  for (const bytes of exemplars) bytes[0] = 3;
  return [
    snapshotDecoder('series', 1, [...[1, 2, 4].map(snapshotSeries), snapshotSeries(0)]),
    snapshotDecoder('deletions', 2, [tombstones]),
    snapshotDecoder('exemplars', 3, exemplars),
  ];
}

export function snapshotSeries(encoding: number): Uint8Array {
  const out = new ByteWriter();
  out.byte(1);
  out.u64(17);
  const labels = soundLabels(encoding);
  out.uvarint(labels.size);
  for (const part of labels.pairs) out.text(part);
  out.u64(7_200_000);
  out.uvarint(encoding === 0 ? 0 : 1);
  if (encoding === 0) return out.take();
  const chunk = soundChunks(encoding === 2 ? 2 : encoding === 4 ? 4 : 1)[1] as Uint8Array;
  out.u64(1_700_000_000_000);
  out.u64(1_700_000_090_000);
  out.byte(encoding);
  out.uvarint(chunk.length);
  out.raw(chunk);
  out.float64(1.5);
  return out.take();
}

const deletionsHead = 2;

export function snapshotTombstones(): Uint8Array {
  const out = new ByteWriter();
  out.byte(2);
  const bytes = encodeDeletions(
    new Map([
      [4, [{ mintMs: 5, maxtMs: 10 }]],
      [9, [{ mintMs: Number.NEGATIVE_INFINITY, maxtMs: Number.POSITIVE_INFINITY }]],
    ]),
  );
  out.uvarint(bytes.length);
  out.raw(bytes);
  return out.take();
}

function snapshotDecoder(what: string, type: number, sounds: readonly Uint8Array[]): FuzzDecoder {
  const seal = (input: FuzzInput): void => {
    input.buffer[0] = type;
    if (type !== 2) return;
    const end = Math.min(input.length, deletionsHead + (input.buffer[1] as number)) - 4;
    sealRange(input, deletionsHead + 5, end);
  };
  return {
    name: `snapshot record of ${what}`,
    sounds,
    seal,
    decode: ({ bytes }): FuzzOutcome => {
      const record = decodeSnapshotRecord(bytes);
      if (record.kind === 'exemplars') assert.ok(record.entries.length <= bytes.length);
      if (record.kind === 'tombstones') assert.ok(record.tombstones.size <= bytes.length);
      if (record.kind !== 'series') return undefined;
      assert.ok(isRef(record.ref));
      const { chunk } = record;
      if (chunk === undefined) return undefined;
      assert.ok(chunk.bytes.length <= bytes.length && chunk.samples <= 0xffff && chunk.encoding <= 6);
      assert.ok(Number.isSafeInteger(chunk.mintMs) && Number.isSafeInteger(chunk.maxtMs));
      return undefined;
    },
  };
}
