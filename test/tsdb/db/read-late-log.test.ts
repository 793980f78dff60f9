import assert from 'node:assert/strict';
import type { SeriesRef } from '../../../src/storage/index.js';
import { isForeign, readLateLog, surveyLateLog } from '../../../src/tsdb/db/read-late-log.js';
import type { Head } from '../../../src/tsdb/head/index.js';
import {
  encodeHistograms,
  encodeLatePlace,
  encodeSamples,
  encodeSamplesV2,
} from '../../../src/tsdb/wal/index.js';
import { batchOf, integerHistogram } from '../../storage/storage-samples.js';
import { MemoryFile, memoryDisk } from '../../support/fuzz/memory-files.js';
import { type EncodeRecord, logSegment } from '../offline/log-segment.js';

const directory = '/wbl';
/** A double holds it, a chunk does not. */
const farMs = 2 ** 52;
const ref = 1 as SeriesRef;

async function read(record: EncodeRecord): Promise<{ chunks: number[][]; corruptions: number }> {
  const file = new MemoryFile(`${directory}/00000000`);
  file.bytes = logSegment([record]);
  const chunks: number[][] = [];
  const head = {
    reserveRefs: () => {},
    restoreChunkBytes: (chunk: { mintMs: number; maxtMs: number; samples: number }): boolean =>
      chunks.push([chunk.mintMs, chunk.maxtMs, chunk.samples]) > 0,
  } as unknown as Head;
  const stats = { samples: 0, histograms: 0, unknownRefs: 0, corruptions: 0 };
  const disk = memoryDisk(directory, [file]);
  const survey = await surveyLateLog(disk, directory);
  assert.ok(survey !== undefined);
  await readLateLog({ disk, directory, head, chunks: undefined, survey, stats });
  return { chunks, corruptions: stats.corruptions };
}

describe('late samples at times that no chunk takes', () => {
  const histogramAt = (timestampMs: number): { ref: SeriesRef; timestampMs: number; histogram: object } => ({
    ref,
    timestampMs,
    histogram: integerHistogram(),
  });
  const cases: [what: string, record: EncodeRecord, corruptions: number][] = [
    ['floats', (w) => encodeSamples(w, batchOf([1, 5, 1], [1, farMs, 2], [1, -farMs, 3])), 2],
    ['floats with start times', (w) => encodeSamplesV2(w, batchOf([1, 5, 1, farMs], [1, farMs, 2, 1])), 1],
    [
      'histograms',
      (w) =>
        encodeHistograms(w, 7, [histogramAt(5), histogramAt(farMs)] as Parameters<
          typeof encodeHistograms
        >[2]),
      1,
    ],
  ];
  for (const [what, record, corruptions] of cases) {
    it(`are damage, and the others are read: ${what}`, async () => {
      assert.deepEqual(await read(record), { chunks: [[5, 5, 1]], corruptions });
    });
  }
});

describe('the log of late samples', () => {
  const place: EncodeRecord = (w) =>
    encodeLatePlace(w, { place: { segment: 1, endByte: 5 }, firstSegment: 0 });
  const samples: EncodeRecord = (w) => encodeSamples(w, batchOf([1, 5, 1]));
  const written = [place, samples, place];
  const cases: [what: string, segments: EncodeRecord[][], foreign: boolean][] = [
    ["Prometheus's", [[samples], [samples]], true],
    ["tsprom's", [[...written, ...written], written], false],
    [
      "tsprom's, with a write over the ends of segments",
      [[place, samples], [samples], [samples, place]],
      false,
    ],
    ["tsprom's, where a process was killed at the end of a segment", [[place, samples], [samples]], false],
    ["tsprom's, and Prometheus went on", [written, [samples, samples]], true],
    ["tsprom's, and Prometheus went on, and went on again", [written, [samples], [samples]], true],
    ["tsprom's, and Prometheus began", [written, []], false],
    ["tsprom's, and Prometheus and tsprom went on", [written, [samples], written], false],
    ['empty', [[]], false],
  ];
  for (const [what, segments, foreign] of cases) {
    it(`is at its end ${foreign ? 'that of Prometheus' : 'not that of Prometheus'}: ${what}`, async () => {
      const files = segments.map((records, index) => {
        const file = new MemoryFile(`${directory}/0000000${index}`);
        file.bytes = logSegment(records);
        return file;
      });
      assert.equal(isForeign(await surveyLateLog(memoryDisk(directory, files), directory)), foreign);
    });
  }
});
