import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CorruptionError, systemDisk } from '../../../src/base/index.js';
import {
  ChunkPieces,
  ChunkSegmentWriter,
  HeadChunkReader,
  HeadChunkWriter,
  openChunkSegments,
} from '../../../src/tsdb/chunks/index.js';

const chunk = { encoding: 1, bytes: new Uint8Array(40).fill(7) };

describe('a chunk of which a bit is turned', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'chunks-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function flip(file: string, at: number): void {
    const bytes = readFileSync(file);
    bytes[at] = (bytes[at] as number) ^ 4;
    writeFileSync(file, bytes);
  }

  it('is refused where it stands in a block', async () => {
    const writer = new ChunkSegmentWriter({ disk: systemDisk, directory: folder });
    const refs: number[] = [];
    await writer.append([chunk], refs);
    await writer.finish();
    flip(path.join(folder, '000001'), 30);
    const segments = await openChunkSegments(systemDisk, folder);
    assert.throws(() => new ChunkPieces(segments).read(refs[0] as number), CorruptionError);
    await segments.close();
  });

  it('is refused where it stands in the head', async () => {
    const writer = new HeadChunkWriter({ disk: systemDisk, directory: folder, lastSegment: 0 });
    const times = { mintMs: 1, maxtMs: 2, isOutOfOrder: false };
    const place = writer.append({ ref: 1, ...times, ...chunk });
    await writer.close();
    flip(path.join(folder, '000001'), 8 + 25 + 20);
    const reader = new HeadChunkReader(systemDisk, folder);
    assert.throws(() => reader.readBytes(place), CorruptionError);
    await reader.close();
  });
});
