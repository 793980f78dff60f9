import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type Disk, seededRandom } from '../../../src/base/index.js';
import { encodeXor } from '../../../src/chunkenc/index.js';
import { Labels } from '../../../src/model/index.js';
import type { SeriesRef } from '../../../src/storage/index.js';
import { writeSnapshot } from '../../../src/tsdb/snapshot/index.js';
import { type Finding, type VerifyReport, verifyTarget } from '../../../src/tsdb/verify/index.js';
import { LateChunks } from '../../../src/tsdb/verify/late-chunks.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { sharedKernels } from '../../support/kernels.js';
import { sharedPath } from '../../support/shared.js';
import { MemoryDisk } from './memory-disk.js';

const data = sharedPath('corpus', 'tsdb', 'capture-ooo', 'data') ?? '';
const block = '01M81G8V087A9N8ZJSH0H4T28F';

async function verify(disk: Disk, target: string): Promise<{ report: VerifyReport; findings: Finding[] }> {
  const findings: Finding[] = [];
  const kernels = await sharedKernels();
  const report = await verifyTarget({ disk, path: target, kernels, onFinding: (one) => findings.push(one) });
  return { report, findings };
}

/** What is done to the files, and a finding that must come of it. */
const cases: readonly {
  readonly name: string;
  readonly change: (memory: MemoryDisk) => void;
  readonly severity: Finding['severity'];
  readonly file: string;
  readonly message: RegExp;
}[] = [
  {
    name: 'an index that is cut off',
    change: (memory) => cut(memory, `${block}/index`, -10),
    severity: 'damage',
    file: `${block}/index`,
    message: /checksum|out of order|2\^53/,
  },
  {
    name: 'an empty index',
    change: (memory) => cut(memory, `${block}/index`, 0),
    severity: 'damage',
    file: `${block}/index`,
    message: /too short/,
  },
  {
    name: 'a block without an index',
    change: (memory) => remove(memory, `${block}/index`),
    severity: 'damage',
    file: `${block}/index`,
    message: /no index/,
  },
  {
    name: 'a block without chunks',
    change: (memory) => remove(memory, `${block}/chunks/000001`),
    severity: 'damage',
    file: `${block}/chunks`,
    message: /names a chunk in file 1 of 0/,
  },
  {
    name: 'a chunk file that is cut off',
    change: (memory) => cut(memory, `${block}/chunks/000001`, -3),
    severity: 'damage',
    file: `${block}/chunks/000001`,
    message: /the file ends in/,
  },
  {
    name: 'a meta.json that is no JSON',
    change: (memory) => cut(memory, `${block}/meta.json`, 20),
    severity: 'damage',
    file: `${block}/meta.json`,
    message: /JSON/,
  },
  {
    name: 'zeros behind the chunks',
    change: (memory) => grow(memory, `${block}/chunks/000001`, 64, 0),
    severity: 'info',
    file: `${block}/chunks/000001`,
    message: /64 zeros that no series names/,
  },
  {
    name: 'bytes behind the chunks',
    change: (memory) => grow(memory, `${block}/chunks/000001`, 64, 7),
    severity: 'warning',
    file: `${block}/chunks/000001`,
    message: /64 bytes that no series names/,
  },
  {
    name: 'a missing segment',
    change: (memory) => remove(memory, 'wal/00000000'),
    severity: 'damage',
    file: 'wal/00000001',
    message: /segments 0 to 0 are missing/,
  },
  {
    name: 'the torn end of a live log',
    change: (memory) => grow(memory, 'wal/00000001', 9, 1),
    severity: 'info',
    file: 'wal/00000001',
    message: /cut off/,
  },
  {
    name: 'a leftover',
    change: (memory) =>
      memory.directories.get(data)?.push({ name: `${block}.tmp-for-deletion`, isDirectory: true }),
    severity: 'info',
    file: `${block}.tmp-for-deletion`,
    message: /interrupted/,
  },
];

function cut(memory: MemoryDisk, name: string, length: number): void {
  const target = path.join(data, name);
  memory.files.set(target, (memory.files.get(target) as Uint8Array).slice(0, length));
}

function grow(memory: MemoryDisk, name: string, count: number, byte: number): void {
  const target = path.join(data, name);
  const bytes = memory.files.get(target) ?? new Uint8Array(0);
  const grown = new Uint8Array(bytes.length + count).fill(byte);
  grown.set(bytes);
  memory.files.set(target, grown);
}

function remove(memory: MemoryDisk, name: string): void {
  const target = path.join(data, name);
  memory.files.delete(target);
  const entries = memory.directories.get(path.dirname(target)) ?? [];
  entries.splice(
    entries.findIndex((entry) => entry.name === path.basename(target)),
    1,
  );
}

describe('tsdb verify', () => {
  before(function () {
    if (data === '') this.skip();
  });

  it('finds no damage in what Prometheus, Thanos and Mimir wrote', async () => {
    const roots = ['tsdb', 'foreign-blocks/blocks'].flatMap((folder) => {
      const root = sharedPath('corpus', folder) ?? '';
      return readdirSync(root)
        .map((name) => (folder === 'tsdb' ? path.join(root, name, 'data') : path.join(root, name)))
        .filter((target) => existsSync(target));
    });
    assert.ok(roots.length >= 8);
    for (const root of roots) {
      const { report, findings } = await verify(new MemoryDisk().load(root).disk, root);
      assert.deepEqual(
        findings.filter(({ severity }) => severity === 'damage' || severity === 'unreadable'),
        [],
      );
      assert.ok(report.bytes > 0, root);
    }
  });

  for (const { name, change, severity, file, message } of cases) {
    it(`says of ${name} where it is and what to do`, async () => {
      const memory = new MemoryDisk().load(data);
      change(memory);
      const { findings } = await verify(memory.disk, data);
      const found = findings.find(
        (finding) => finding.path === path.join(data, file) && message.test(finding.message),
      );
      assert.equal(found?.severity, severity, JSON.stringify(findings, undefined, 1));
      assert.notEqual(found?.advice, '');
    });
  }

  it('says which file the system refuses, and goes on', async () => {
    const { disk } = new MemoryDisk().load(data);
    const refused = path.join(data, block, 'index');
    const refusing: Disk = {
      ...disk,
      open: (file, mode) =>
        file === refused
          ? Promise.reject(Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' }))
          : disk.open(file, mode),
    };
    const { report, findings } = await verify(refusing, data);
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'unreadable').map((finding) => finding.path),
      [refused],
    );
    assert.deepEqual([report.findings.damage, report.blocks], [0, 4]);
  });

  const kinds: readonly (readonly [string, string])[] = [
    ['', 'data'],
    [block, 'block'],
    ['wal', 'wal'],
    ['wbl', 'wbl'],
    ['chunks_head', 'chunks_head'],
  ];
  for (const [name, kind] of kinds) {
    it(`knows a ${kind} by its content`, async () => {
      const target = path.join(data, name);
      const { report } = await verify(new MemoryDisk().load(data).disk, target);
      assert.deepEqual([report.kind, report.findings.damage], [kind, 0]);
    });
  }

  it('refuses what is absent or something else', async () => {
    const { disk } = new MemoryDisk().load(data);
    await assert.rejects(verify(disk, '/nothing/here'), /"\/nothing\/here" does not exist/);
    await assert.rejects(verify(disk, path.join(data, block, 'chunks', '000001')), /is no directory/);
  });

  it('looks at the chunks of a snapshot', async () => {
    const labels = Labels.fromPairs('__name__', 'f');
    const bytes = encodeXor(Float64Array.of(1, 2, 9), Float64Array.of(1, 2, 3), 0, 3);
    const falling = encodeXor(Float64Array.of(9, 2, 1), Float64Array.of(1, 2, 3), 0, 3);
    const chunks = [
      { ref: 1, labels, chunk: { encoding: 1, mintMs: 1, maxtMs: 9, bytes } },
      { ref: 2, labels, chunk: { encoding: 1, mintMs: 0, maxtMs: 9, bytes } },
      { ref: 3, labels, chunk: { encoding: 1, mintMs: 1, maxtMs: 9, bytes: falling } },
      { ref: 1, labels },
    ];
    const disk = new FaultDisk(seededRandom(1));
    await disk.makeDirectory('/data');
    const place = await writeSnapshot(
      {
        directory: '/data',
        segment: 0,
        offset: 0,
        series: chunks.map((one) => ({ ...one, ref: one.ref as SeriesRef })),
        tombstones: new Map(),
        exemplars: [],
        compression: 'none',
      },
      { disk, kernels: await sharedKernels() },
    );
    const { report, findings } = await verify(disk, place);
    assert.deepEqual([report.kind, report.records, report.samples], ['snapshot', 5, 6]);
    assert.deepEqual(
      findings.map(({ severity, message }) => [severity, message]),
      [
        ['damage', 'the chunk of series 2: samples from 1 to 9, the record says 0 to 9'],
        ['damage', 'the chunk of series 3: timestamps do not rise'],
        ['damage', 'series 1 once more'],
      ],
    );
  });

  it('looks for the chunks that markers of late samples name', () => {
    const chunks = new LateChunks();
    for (const file of [4, 5, 6]) chunks.addFile(file);
    chunks.add(5, 8, 20);
    chunks.setDamaged(6);
    const faultOf = (fileIndex: number, offset: number, ref = 20): string | undefined =>
      chunks.faultOf({ ref, fileIndex, offset });
    assert.equal(faultOf(5, 8), undefined);
    assert.equal(faultOf(0, 0), undefined, 'a chunk that went to a block');
    assert.equal(faultOf(3, 8), undefined, 'a file that is gone');
    assert.equal(faultOf(6, 8), undefined, 'a file that cannot be read');
    assert.match(faultOf(5, 9) ?? '', /byte 9 of chunks_head file 5, where no chunk of late samples begins/);
    assert.match(faultOf(5, 8, 21) ?? '', /a chunk of series 20/);
    assert.match(faultOf(7, 8) ?? '', /a file that was never written/);
  });
});
