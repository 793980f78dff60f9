import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CorruptionError, seededRandom, systemDisk } from '../../../src/base/index.js';
import { KernelScope } from '../../../src/kernels/index.js';
import {
  type HeadChunk,
  HeadChunkReader,
  type HeadChunkRecord,
  type HeadChunkScan,
  HeadChunkWriter,
  readHeadChunks,
  removeHeadChunksBefore,
  removeUnbegun,
  repairHeadChunks,
} from '../../../src/tsdb/chunks/index.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { AllocationWatch } from '../../support/fuzz/allocations.js';
import { createTestKernels } from '../../support/kernels.js';
import { sharedPath } from '../../support/shared.js';

const seed = Number(process.env.SEED ?? 20262);

function sampleChunk(i: number): HeadChunk {
  const bytes = new Uint8Array(20 + (i % 300)).fill(i & 0xff);
  bytes[0] = 0;
  bytes[1] = i % 120;
  return {
    ref: i + 1,
    encoding: 1 + (i % 4),
    mintMs: 5 - i,
    maxtMs: 1e12 + i,
    isOutOfOrder: i % 5 === 0,
    bytes,
  };
}

async function scan(directory: string): Promise<{ scan: HeadChunkScan; records: HeadChunkRecord[] }> {
  const records: HeadChunkRecord[] = [];
  const result = await readHeadChunks({
    disk: systemDisk,
    directory,
    onChunk: (record) => records.push(record),
  });
  return { scan: result, records };
}

describe('head chunk files', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'head-chunks-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function write(count: number, segmentBytes = 4000): Promise<HeadChunkWriter> {
    const writer = new HeadChunkWriter({ disk: systemDisk, directory: folder, lastSegment: 0, segmentBytes });
    for (let i = 0; i < count; i++) writer.append(sampleChunk(i));
    await writer.close();
    return writer;
  }

  for (const set of ['capture-main', 'capture-ooo', 'capture-v3', 'capture-v3-snapshot']) {
    it(`of ${set} are read and written as they are, but for zeros at the end`, async function () {
      const directory = sharedPath('corpus', 'tsdb', set, 'data', 'chunks_head');
      if (directory === undefined) this.skip();
      const { scan: result, records } = await scan(directory);
      assert.equal(result.damage, undefined);
      assert.ok(result.chunkCount === records.length && records.length > 0);
      const reader = new HeadChunkReader(systemDisk, directory);
      const writer = new HeadChunkWriter({
        disk: systemDisk,
        directory: folder,
        lastSegment: (records[0]?.segment as number) - 1,
      });
      let last = records[0]?.segment;
      for (const record of records) {
        if (record.segment !== last) writer.cut();
        last = record.segment;
        const place = writer.append({ ...record, bytes: reader.readBytes(record).bytes });
        assert.deepEqual(place, { segment: record.segment, offset: record.offset });
      }
      await writer.close();
      await reader.close();
      for (const segment of new Set(records.map((record) => record.segment))) {
        const name = String(segment).padStart(6, '0');
        const written = readFileSync(path.join(folder, name));
        const expected: Uint8Array = readFileSync(path.join(directory, name));
        assert.deepEqual(written, expected.subarray(0, written.length));
        assert.ok(expected.subarray(written.length).every((byte) => byte === 0));
      }
    });
  }

  it('give back what was appended, over several files, in order and at random', async () => {
    await write(100);
    const { scan: result, records } = await scan(folder);
    assert.deepEqual([result.chunkCount, result.damage], [100, undefined]);
    assert.ok(result.lastSegment > 2);
    const kernels = await createTestKernels();
    const scope = new KernelScope(kernels);
    const reader = new HeadChunkReader(systemDisk, folder);
    records.forEach((record, i) => {
      const { bytes, ...chunk } = sampleChunk(i);
      const { segment, offset, samples, ...read } = record;
      assert.deepEqual(read, chunk);
      assert.equal(samples, i % 120);
      const placed = reader.read({ segment, offset }, scope);
      assert.equal(placed.encoding, chunk.encoding);
      assert.deepEqual([...kernels.bytes.slice(placed.at, placed.at + placed.length)], [...bytes]);
    });
    await reader.close();
    scope.close();
    await removeHeadChunksBefore(systemDisk, folder, 3);
    const later = await scan(folder);
    assert.ok(later.records.every(({ segment }) => segment >= 3) && later.records.length > 0);
  });

  it('are told wholly where zeros follow, as where a file was made longer ahead', async () => {
    await write(10, 1 << 20);
    appendFileSync(path.join(folder, '000001'), new Uint8Array(5000));
    const { scan: result } = await scan(folder);
    assert.deepEqual([result.chunkCount, result.damage], [10, undefined]);
  });

  it('tell the damage of a torn end, and go on without it once they are repaired', async () => {
    await write(40);
    const whole = await scan(folder);
    const last = whole.records.at(-1) as HeadChunkRecord;
    const file = path.join(folder, String(last.segment).padStart(6, '0'));
    const size = statSync(file).size;
    for (const cut of [1, 5, 40, size - last.offset - 9]) {
      const copy = mkdtempSync(path.join(tmpdir(), 'head-chunks-'));
      cpSync(folder, copy, { recursive: true });
      truncateSync(path.join(copy, path.basename(file)), Math.max(last.offset + 9, size - cut));
      const { scan: torn } = await scan(copy);
      assert.deepEqual([torn.chunkCount, torn.damage?.offset], [39, last.offset]);
      await repairHeadChunks(systemDisk, copy, torn.damage as NonNullable<typeof torn.damage>);
      const { scan: repaired } = await scan(copy);
      assert.deepEqual([repaired.chunkCount, repaired.damage], [39, undefined]);
      rmSync(copy, { recursive: true });
    }
  });

  it(`lose nothing but what lies behind a flipped byte (seed ${seed})`, async () => {
    await write(60);
    const random = seededRandom(seed);
    const whole = await scan(folder);
    for (let i = 0; i < 150; i++) {
      const disk = new FaultDisk(random);
      await disk.makeDirectory('/d');
      for (let segment = 1; segment <= whole.scan.lastSegment; segment++) {
        const name = String(segment).padStart(6, '0');
        const file = await disk.open(`/d/${name}`, 'create');
        await file.write(readFileSync(path.join(folder, name)), 0);
      }
      const segment = 1 + Math.floor(random.float() * whole.scan.lastSegment);
      const name = `/d/${String(segment).padStart(6, '0')}`;
      const at = Math.floor(random.float() * ((await disk.stat(name))?.sizeBytes as number));
      disk.flip(name, at, 1 << Math.floor(random.float() * 8));
      const records: HeadChunkRecord[] = [];
      const result = await readHeadChunks({ disk, directory: '/d', onChunk: (one) => records.push(one) });
      assert.deepEqual(records, whole.records.slice(0, records.length));
      const isPadding = at >= 5 && at < 8;
      assert.equal(result.damage === undefined, isPadding);
      if (result.damage === undefined) continue;
      assert.equal(result.damage.segment, segment);
      await repairHeadChunks(disk, '/d', result.damage);
      const again: HeadChunkRecord[] = [];
      const repaired = await readHeadChunks({ disk, directory: '/d', onChunk: (one) => again.push(one) });
      assert.deepEqual(
        [again, repaired.damage, repaired.lastSegment],
        [records, undefined, result.lastSegment],
      );
    }
  });

  it('make no room for a chunk that is longer than its file', async () => {
    await write(1);
    const file = path.join(folder, '000001');
    const bytes = readFileSync(file);
    // The length of the first record, as a varint of four bytes.
    bytes.set([0xff, 0xff, 0xff, 0x20], 8 + 25);
    writeFileSync(file, bytes);
    const reader = new HeadChunkReader(systemDisk, folder);
    const watch = new AllocationWatch();
    watch.start();
    try {
      assert.throws(() => reader.readBytes({ segment: 1, offset: 8 }), CorruptionError);
    } finally {
      watch.stop();
    }
    assert.ok(watch.largestBytes < 1000, `${watch.largestBytes}`);
    await reader.close();
  });

  it('are written to their places by a later flush where one failed', async () => {
    const disk = new FaultDisk(seededRandom(seed));
    const options = { disk, directory: '/d', lastSegment: 0, segmentBytes: 4000 };
    const writer = new HeadChunkWriter(options);
    const places = [];
    let failures = 0;
    disk.rates = { write: 0.3, create: 0.2, shortWrite: 0.3, syncDirectory: 0.2 };
    for (let i = 0; i < 60; i++) {
      places.push(writer.append(sampleChunk(i)));
      if (i % 4 !== 0) continue;
      const flushing = writer.flush();
      i++;
      places.push(writer.append(sampleChunk(i)));
      await flushing.catch(() => failures++);
    }
    disk.rates = {};
    await writer.close();
    assert.ok(failures > 0 && writer.pendingBytes === 0);
    const records: HeadChunkRecord[] = [];
    const { damage } = await readHeadChunks({ disk, directory: '/d', onChunk: (one) => records.push(one) });
    assert.equal(damage, undefined);
    assert.deepEqual(
      records.map(({ segment, offset, ref }) => ({ segment, offset, ref })),
      places.map((place, i) => ({ ...place, ref: i + 1 })),
    );
  });

  it('without a magic number at the end are taken away, so that their number names nothing old', async () => {
    const options = { disk: systemDisk, directory: folder, segmentBytes: 4000 };
    const writer = new HeadChunkWriter({ ...options, lastSegment: 0 });
    for (let i = 0; i < 100; i++) writer.append(sampleChunk(i));
    await writer.close();
    const last = path.join(folder, String(writer.segment).padStart(6, '0'));
    const bytes = readFileSync(last);
    writeFileSync(last, bytes.fill(0, 0, 4));
    const { scan: found, records } = await scan(folder);
    assert.equal(found.unbegun, last);
    assert.equal(found.damage, undefined);
    assert.equal(found.lastSegment, writer.segment - 1);
    assert.ok(records.length > 0 && records.every(({ segment }) => segment < writer.segment));
    await removeUnbegun(systemDisk, folder, last);
    assert.deepEqual((await scan(folder)).scan, { ...found, unbegun: undefined });
  });

  it('without a magic number are gone for good, also where power is lost at once (seeds from 500, 20 cases)', async () => {
    for (let turn = 0; turn < 20; turn++) {
      const disk = new FaultDisk(seededRandom(500 + turn));
      await disk.makeDirectory('/d');
      const file = '/d/000001';
      const handle = await disk.open(file, 'create');
      await handle.write(new Uint8Array(64), 0);
      await handle.sync();
      await handle.close();
      await disk.syncDirectory('/d');
      await removeUnbegun(disk, '/d', file);
      assert.deepEqual(disk.crash().fileNames(), []);
    }
  });
});
