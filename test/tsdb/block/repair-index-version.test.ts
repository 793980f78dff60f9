import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seededRandom, systemDisk } from '../../../src/base/index.js';
import { listBlocks, repairIndexVersion } from '../../../src/tsdb/block/index.js';
import { openIndex } from '../../../src/tsdb/index/index.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { sharedPath } from '../../support/shared.js';

const ulid = '01BZJ9WJQPWHGNC2W4J9TA62KC';

describe('a block of Prometheus 2.1 whose versions are mixed up', () => {
  let folder = '';
  let original: string;
  before(function () {
    const found = sharedPath('corpus', 'tsdb', 'upstream', 'repair_index_version', ulid);
    if (found === undefined) this.skip();
    original = found;
  });
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'repair-'));
    cpSync(original, path.join(folder, ulid), { recursive: true, mode: 0 });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is put right in one byte of the index and one field of meta.json, once', async () => {
    const directory = path.join(folder, ulid);
    const before = readFileSync(path.join(directory, 'index'));
    assert.equal(await repairIndexVersion(systemDisk, directory), true);
    const after = readFileSync(path.join(directory, 'index'));
    before[4] = 2;
    assert.deepEqual(after, before);
    const { blocks, broken } = await listBlocks(systemDisk, folder);
    assert.deepEqual([blocks.length, broken.length, blocks[0]?.meta.stats.numSeries], [1, 0, 88_910]);
    assert.deepEqual(readdirSync(directory).sort(), ['index', 'meta.json']);
    const index = await openIndex(systemDisk, path.join(directory, 'index'));
    assert.equal(index.version, 2);
    await index.close();
    assert.equal(await repairIndexVersion(systemDisk, directory), false);
  });

  it('is put right by the next attempt where power is lost at any call of the first', async () => {
    const files = new Map(
      ['index', 'meta.json'].map((name) => [
        `/data/${ulid}/${name}`,
        readFileSync(path.join(original, name)),
      ]),
    );
    for (let at = 0; ; at++) {
      let disk = new FaultDisk(seededRandom(at));
      await disk.makeDirectory(`/data/${ulid}`);
      for (const [name, bytes] of files) {
        const file = await disk.open(name, 'create');
        await file.write(bytes, 0);
        await file.sync();
      }
      await disk.syncDirectory(`/data/${ulid}`);
      disk.interruption = { at: disk.operations + at, how: 'dies' };
      const isDone = await repairIndexVersion(disk, `/data/${ulid}`).catch(() => false);
      disk = disk.crash();
      await repairIndexVersion(disk, `/data/${ulid}`);
      const { blocks } = await listBlocks(disk, '/data');
      assert.equal(blocks.length, 1, `interrupted at ${at}`);
      assert.equal((await openIndex(disk, `/data/${ulid}/index`)).version, 2, `interrupted at ${at}`);
      if (isDone) break;
    }
  });
});
