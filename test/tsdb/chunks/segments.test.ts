import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemDisk } from '../../../src/base/index.js';
import { ChunkPieces, ChunkSegmentWriter, openChunkSegments } from '../../../src/tsdb/chunks/index.js';
import { openIndex, SeriesEntry } from '../../../src/tsdb/index/index.js';
import { corpusBlocks } from '../block/corpus-blocks.js';

describe('chunk segment files', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'chunks-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const { name, directory, isDownsampled } of corpusBlocks()) {
    if (isDownsampled) continue;
    it(`written from the chunks of ${name} have its bytes and references`, async () => {
      const source = path.join(directory, 'chunks');
      const segments = await openChunkSegments(systemDisk, source);
      const index = await openIndex(systemDisk, path.join(directory, 'index'));
      const scanner = index.scanner();
      const entry = new SeriesEntry();
      const writer = new ChunkSegmentWriter({ disk: systemDisk, directory: folder });
      const refs: number[] = [];
      for (const id of scanner.postings('', '')) {
        scanner.series(id, entry);
        entry.readChunks();
        const own = [...entry.refs.subarray(0, entry.chunkCount)];
        await writer.append(
          own.map((ref) => new ChunkPieces(segments).read(ref)),
          refs,
        );
        assert.deepEqual(refs, own);
      }
      await writer.finish();
      assert.deepEqual(readdirSync(folder), ['000001']);
      const expected = readFileSync(path.join(source, '000001'));
      assert.deepEqual(readFileSync(path.join(folder, '000001')), expected);
      assert.equal(writer.sizeBytes, expected.length);
      await segments.close();
      await index.close();
    });
  }

  // Upstream: tsdb/chunks/chunks.go WriteChunks. A chunk of 10 bytes is reckoned as 20, and takes 16.
  const cuts: [name: string, series: number[], perFile: number[]][] = [
    ['one file while they fit', [2, 1], [3]],
    ['a new file where the next chunk of a series does not fit', [3, 3], [4, 2]],
    ['new files within a series', [9], [4, 4, 1]],
    ['a chunk larger than a file in a file of its own', [1], [1]],
  ];
  for (const [name, series, perFile] of cuts) {
    it(`cuts ${name}`, async () => {
      const writer = new ChunkSegmentWriter({ disk: systemDisk, directory: folder, segmentBytes: 90 });
      const all: number[] = [];
      for (const count of series) {
        const refs: number[] = [];
        await writer.append(
          Array.from({ length: count }, () => ({ encoding: 1, bytes: new Uint8Array(10).fill(7) })),
          refs,
        );
        all.push(...refs);
      }
      await writer.finish();
      const counts: number[] = [];
      for (const ref of all) {
        const file = Math.floor(ref / 2 ** 32);
        counts[file] = (counts[file] ?? 0) + 1;
      }
      assert.deepEqual(counts, perFile);
      const segments = await openChunkSegments(systemDisk, folder);
      for (const ref of all) assert.equal(new ChunkPieces(segments).read(ref).bytes.length, 10);
      await segments.close();
    });
  }
});
