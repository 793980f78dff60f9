import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { seededRandom, systemDisk } from '../../../src/base/index.js';
import { type Database, openDatabase } from '../../../src/tsdb/index.js';
import { lastCheckpoint, listSegments } from '../../../src/tsdb/wal/index.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { kernelModule, sharedKernels } from '../../support/kernels.js';
import { sharedPath } from '../../support/shared.js';
import { ManualClock } from './manual-clock.js';

/** The log of a captured directory, on a disk in memory. */
async function loaded(...parts: string[]): Promise<FaultDisk> {
  const source = path.join(...parts);
  const disk = new FaultDisk(seededRandom(1));
  const copy = async (from: string, to: string): Promise<void> => {
    await disk.makeDirectory(to);
    for (const segment of await listSegments(systemDisk, from)) {
      const file = await disk.open(path.join(to, segment.name), 'create');
      await file.write(await systemDisk.readFile(segment.path), 0);
    }
  };
  await copy(source, '/data/wal');
  const checkpoint = await lastCheckpoint(systemDisk, source);
  if (checkpoint !== undefined)
    await copy(checkpoint.path, path.join('/data/wal', path.basename(checkpoint.path)));
  return disk;
}

interface Operation {
  readonly op: 'truncate' | 'flip' | 'append' | 'delete' | 'rename' | 'mkdir';
  readonly file: string;
  readonly arg?: number | string;
}

async function apply(disk: FaultDisk, { op, file, arg }: Operation): Promise<void> {
  const target = path.join('/data', file);
  const size = (await disk.stat(target))?.sizeBytes ?? 0;
  if (op === 'truncate') await disk.truncate(target, arg as number);
  else if (op === 'flip') disk.flip(target, arg as number);
  else if (op === 'delete') await disk.remove(target);
  else if (op === 'rename') await disk.rename(target, path.join('/data', arg as string));
  else if (op === 'append')
    await (await disk.open(target, 'write')).write(Buffer.from(arg as string, 'hex'), size);
}

const open = async (disk: FaultDisk): Promise<Database> =>
  openDatabase({
    directory: '/data',
    disk,
    clock: new ManualClock(),
    kernelModule: await kernelModule(),
    readerKernels: await sharedKernels(),
    headMaxBytes: 128 << 20,
    lock: false,
  });

const segments = (disk: FaultDisk): string[] => disk.fileNames().filter((name) => /\/wal\/\d{8}$/.test(name));

describe('logs of Prometheus, damaged', () => {
  it('start whatever was done to the log, lose no whole segment, and are whole the next time', async function () {
    const file = sharedPath('corpus', 'tsdb', 'corruption', 'cases.json');
    const wal = sharedPath('corpus', 'tsdb', 'capture-ooo', 'data', 'wal');
    if (file === undefined || wal === undefined) this.skip();
    const cases: { name: string; operations: Operation[] }[] = JSON.parse(readFileSync(file, 'utf8'));
    const ofLog = cases.filter(({ operations }) =>
      operations.every((operation) => operation.file.startsWith('wal/')),
    );
    assert.ok(ofLog.length >= 9);
    for (const { name, operations } of ofLog) {
      const disk = await loaded(wal);
      for (const operation of operations) await apply(disk, operation);
      const before = segments(disk);
      const database = await open(disk);
      assert.ok(
        before.every((segment) => segments(disk).includes(segment)),
        name,
      );
      await database.close();
      const again = await open(disk.kill());
      assert.equal(again.stats.walCorruptions + again.stats.replay.tornTails, 0, name);
      await again.close();
    }
  });

  it('with a damaged checkpoint keep every segment and what is whole of the checkpoint', async function () {
    const wal = sharedPath('corpus', 'tsdb', 'capture-main', 'data', 'wal');
    if (wal === undefined) this.skip();
    const whole = await open(await loaded(wal));
    const disk = await loaded(wal);
    const before = segments(disk);
    const checkpoint = disk.fileNames().find((name) => name.includes('checkpoint')) as string;
    disk.flip(checkpoint, 100);
    const database = await open(disk);
    assert.equal(database.stats.walCorruptions, 1);
    assert.ok(before.every((segment) => segments(disk).includes(segment)));
    assert.equal(disk.fileNames().filter((name) => name.includes('/quarantine/checkpoint.')).length, 1);
    assert.ok(database.seriesCount > 0 && database.seriesCount <= whole.seriesCount);
    await database.close();
    await whole.close();
  });
});
