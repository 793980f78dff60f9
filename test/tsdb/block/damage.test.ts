import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CorruptionError, seededRandom } from '../../../src/base/index.js';
import { crc32c, type Kernels } from '../../../src/kernels/index.js';
import { blockSource, openBlock } from '../../../src/tsdb/block/index.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { createTestKernels } from '../../support/kernels.js';
import { corpusBlocks } from './corpus-blocks.js';
import { always, readSource } from './read-source.js';

const cases = 250;
const seed = Number(process.env.SEED ?? 20263);

async function copyOf(directory: string, disk: FaultDisk): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  await disk.makeDirectory('/b/chunks');
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (name === 'chunks') continue;
    const bytes = readFileSync(path.join(directory, name));
    const file = await disk.open(`/b/${name}`, 'create');
    await file.write(bytes, 0);
    sizes.set(`/b/${name}`, bytes.length);
  }
  return sizes;
}

type Range = readonly [start: number, end: number];

/** What the checksums of an index cover: symbols, both tables, then series and postings. */
function checkedRanges(index: Uint8Array): Range[] {
  const view = new DataView(index.buffer, index.byteOffset);
  const toc = index.length - 52;
  const offset = (entry: number): number => view.getUint32(toc + 8 * entry + 4);
  const section = (at: number): Range => [at + 4, at + 4 + view.getUint32(at)];
  const ranges: Range[] = [section(offset(0)), section(offset(5)), [toc, toc + 48]];
  for (let at = Math.ceil(offset(1) / 16) * 16; at < offset(2); ) {
    const isLong = (index[at] as number) >= 0x80;
    const length = isLong ? ((index[at] as number) & 0x7f) + 128 * (index[at + 1] as number) : index[at];
    const start = at + (isLong ? 2 : 1);
    const end = start + (length as number);
    ranges.push([start, end]);
    at = Math.ceil((end + 4) / 16) * 16;
  }
  for (let at = Math.ceil(offset(4) / 4) * 4; at < offset(5); ) {
    const range = section(at);
    ranges.push(range);
    at = range[1] + 4;
  }
  return ranges;
}

describe('a block with damage', () => {
  let kernels: Kernels;
  before(async () => {
    kernels = await createTestKernels(64 << 20);
  });

  async function read(disk: FaultDisk): Promise<string> {
    const block = await openBlock({ disk, directory: '/b' });
    return JSON.stringify(readSource(blockSource({ block, window: always }), { kernels }));
  }

  const small = corpusBlocks().filter(({ name }) => /ooo|CHK2EV5|01M82089D9|thanos-raw/.test(name));
  for (const { name, directory } of small) {
    it(`is refused or read as it was (${name}, ${cases} cases, seed ${seed})`, async () => {
      const random = seededRandom(seed);
      const disk = new FaultDisk(random);
      const files = [...(await copyOf(directory, disk))].filter(([file]) => !file.endsWith('meta.json'));
      const expected = await read(disk);
      let refused = 0;
      for (let i = 0; i < cases; i++) {
        const [file, size] = files[i % files.length] as [string, number];
        const at = Math.floor(random.float() * size);
        const mask = 1 << Math.floor(random.float() * 8);
        disk.flip(file, at, mask);
        try {
          assert.equal(await read(disk), expected, `${file} at ${at}`);
        } catch (error) {
          if (!(error instanceof CorruptionError)) throw error;
          refused++;
        }
        disk.flip(file, at, mask);
      }
      assert.ok(refused > cases / 2);
      assert.equal(await read(disk), expected);
    });

    it(`is refused where a file is cut short (${name})`, async () => {
      for (const name of ['/b/index', '/b/chunks/000001', '/b/tombstones', '/b/meta.json']) {
        const disk = new FaultDisk(seededRandom(seed));
        const size = (await copyOf(directory, disk)).get(name);
        if (size === undefined) continue;
        for (const left of [0, 3, 8, Math.floor(size / 2), size - 5, size - 1]) {
          await disk.truncate(name, Math.min(left, size - 1));
          await assert.rejects(read(disk), CorruptionError, `${name} of ${left} bytes`);
        }
      }
    });
  }

  const [lying] = corpusBlocks().filter(({ name }) => name.includes('01M82089D9'));
  it(`whose checksums are right ends in no other error (${8 * cases} cases, seed ${seed})`, async function () {
    if (lying === undefined) this.skip();
    const random = seededRandom(seed);
    const disk = new FaultDisk(random);
    await copyOf(lying.directory, disk);
    const whole = await disk.readFile('/b/index');
    const ranges = checkedRanges(whole);
    let refused = 0;
    for (let i = 0; i < 8 * cases; i++) {
      const bytes = whole.slice();
      const [start, end] = ranges[i % 2 === 0 ? i % 3 : Math.floor(random.float() * ranges.length)] as Range;
      const at = start + Math.floor(random.float() * (end - start));
      bytes[at] = random.uint32() & (random.float() < 0.5 ? 0xff : 0x81);
      new DataView(bytes.buffer).setUint32(end, crc32c(bytes, start, end));
      const file = await disk.open('/b/index', 'create');
      await file.write(bytes, 0);
      try {
        await read(disk);
      } catch (error) {
        if (!(error instanceof CorruptionError)) throw error;
        refused++;
      }
    }
    assert.ok(refused > cases);
  });

  it('never asks for more memory than the file has bytes', async () => {
    assert.ok(kernels.memory.buffer.byteLength < 32 << 20);
  });
});
