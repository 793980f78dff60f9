import type { Way } from './catch.js';

/** One thing that the write path, or a reader of what it wrote, does for safety, and how it looks when it is left out. */
export interface Mutation {
  readonly name: string;
  /** Below dist/src/tsdb, or from dist/src on where it begins with a slash. */
  readonly file: string;
  /** Stands there once. */
  readonly find: string;
  readonly replace: string;
  /** In this order; the simulation and then the loops when unsaid. */
  readonly ways?: readonly Way[];
  /** Why nothing that is tested depends on it; such a row is not run. */
  readonly reason?: string;
}

const seeds = (sync: 'commit' | 'interval' | 'none', count: number): Way => ({ kind: 'seeds', sync, count });
const loops = (stride: number): Way => ({ kind: 'fail-nth', sync: 'commit', stride });
const tests = (...files: string[]): Way => ({ kind: 'tests', files });

export const usualWays: readonly Way[] = [
  seeds('commit', 150),
  loops(7),
  seeds('interval', 60),
  seeds('commit', 600),
];

const gone = 'void 0;';

export const syncs: readonly Mutation[] = [
  {
    name: 'fsync of a WAL segment',
    file: 'wal/segment-writer.js',
    find: '        await this.#file.sync();\n        this.syncedBytes',
    replace: '        this.syncedBytes',
  },
  {
    name: 'fsync of a WAL segment that ends',
    file: 'wal/wal-writer.js',
    find: 'await this.#file.padPage();\n        const whole = await this.#syncNow();',
    replace: 'await this.#file.padPage();\n        const whole = true;',
  },
  {
    name: 'fsync behind the cut of an abandoned WAL segment',
    file: 'wal/segment-writer.js',
    find: 'await file.truncate(target.sizeBytes);\n        await file.sync();',
    replace: 'await file.truncate(target.sizeBytes);',
    ways: [tests('tsdb/wal/writer.test.js')],
  },
  {
    name: "fsync of the WAL's directory for a new segment",
    file: 'wal/log-file.js',
    find: 'await disk.syncDirectory(directory);',
    replace: gone,
  },
  {
    name: 'fsync of a checkpoint',
    file: 'wal/checkpoint-log.js',
    find: 'await this.#file?.sync();',
    replace: gone,
  },
  {
    name: "fsync of a checkpoint's directory",
    file: 'wal/checkpoint.js',
    find: 'await disk.syncDirectory(temporary);',
    replace: gone,
  },
  {
    name: 'fsync of the directory that a checkpoint is renamed in',
    file: 'wal/checkpoint.js',
    find: 'await disk.syncDirectory(job.directory);',
    replace: gone,
    ways: [tests('tsdb/wal/checkpoint.test.js')],
  },
  {
    name: 'fsync of the directory that checkpointed segments are removed from',
    file: 'wal/checkpoint.js',
    find: '    await disk.syncDirectory(directory);\n}',
    replace: '}',
    reason: 'a segment that comes back is one that the checkpoint stands for, and is removed again',
  },
  {
    name: 'fsync of a rebuilt WAL segment',
    file: 'wal/repair-log.js',
    find: 'await file.sync();',
    replace: gone,
    ways: [tests('tsdb/db/damage.test.js')],
  },
  {
    name: 'fsync of the directory that a rebuilt WAL segment is renamed in',
    file: 'wal/repair-log.js',
    find: 'await disk.syncDirectory(path.dirname(report.path));',
    replace: gone,
    reason: 'where the renaming is undone the damaged segment stands there and is rebuilt once more',
  },
  {
    name: 'fsync of the directory that a quarantine is made in',
    file: 'wal/repair-log.js',
    find: 'await disk.syncDirectory(path.dirname(quarantine));',
    replace: gone,
    reason: 'what is kept there is a copy of damage, for people',
  },
  {
    name: 'fsync of a file of chunks_head',
    file: 'chunks/head-chunk-writer.js',
    find: 'await file.sync();',
    replace: gone,
  },
  {
    name: 'fsync of chunks_head for a new file',
    file: 'chunks/head-chunk-writer.js',
    find: 'await this.#disk.syncDirectory(this.#directory);',
    replace: gone,
  },
  {
    name: 'fsync of chunks_head behind a repair',
    file: 'chunks/head-chunk-files.js',
    find: '            await disk.truncate(file, damage.offset);\n    }\n    await disk.syncDirectory(directory);',
    replace: '            await disk.truncate(file, damage.offset);\n    }',
    reason:
      'a file that comes back is damaged as before and is cut off once more; one that follows syncs the directory',
  },
  {
    name: 'fsync of chunks_head behind the removal of a file that was never begun',
    file: 'chunks/head-chunk-files.js',
    find: 'await disk.remove(file);\n    await disk.syncDirectory(directory);',
    replace: 'await disk.remove(file);',
    ways: [tests('tsdb/chunks/head-chunks.test.js')],
  },
  {
    name: 'fsync of chunks_head behind the removal of old files',
    file: 'chunks/head-chunk-files.js',
    find: 'if (old.length > 0)\n        await disk.syncDirectory(directory);',
    replace: '',
    reason: 'a file that comes back holds what blocks hold, and is removed again',
  },
  {
    name: "fsync of a block's index and chunk files",
    file: 'index/file-buffer.js',
    find: 'await this.#file.sync();',
    replace: gone,
  },
  {
    name: "fsync of a block's directory of chunks",
    file: 'chunks/segment-writer.js',
    find: 'await this.#disk.syncDirectory(this.#directory);',
    replace: gone,
  },
  {
    name: "fsync of a block's directory",
    file: 'block/write-block.js',
    find: 'await disk.syncDirectory(temporary);',
    replace: gone,
    reason: 'its last file is put in place durably, which syncs the same directory',
  },
  {
    name: 'fsync of the directory that a block is renamed in',
    file: 'block/write-block.js',
    find: 'await disk.syncDirectory(directory);',
    replace: gone,
  },
  {
    name: 'fsync of meta.json',
    file: '/base/disk.js',
    find: 'await handle.sync();\n    }\n    finally {\n        await handle.close();\n    }\n    await disk.rename(temporary, file);',
    replace:
      '}\n    finally {\n        await handle.close();\n    }\n    await disk.rename(temporary, file);',
  },
  {
    name: 'fsync of the directory that meta.json and tombstones are renamed in',
    file: '/base/disk.js',
    find: 'await disk.rename(temporary, file);\n    await disk.syncDirectory(path.dirname(file));',
    replace: 'await disk.rename(temporary, file);',
  },
  {
    name: 'fsync of the data directory behind the renaming of a block that goes',
    file: 'db/block-upkeep.js',
    find: 'await disk.syncDirectory(directory);',
    replace: gone,
  },
  {
    name: 'fsync of the data directory at the start',
    file: 'db/database.js',
    find: 'await disk.syncDirectory(directory);',
    replace: gone,
    reason: 'the disk of the tests makes directories at once; a real one needs it for the first log',
  },
  {
    name: 'fsync of the directory that a snapshot is renamed in',
    file: 'db/snapshot-database.js',
    find: 'await disk.syncDirectory(path.dirname(into));',
    replace: gone,
  },
  {
    name: "fsync of a snapshot's directory",
    file: 'db/snapshot-database.js',
    find: 'await disk.syncDirectory(into);',
    replace: gone,
    reason:
      'the disk of the tests makes directories at once; a real one needs it for those of the linked blocks',
  },
  {
    name: 'fsync of the directory of a linked block',
    file: 'db/snapshot-database.js',
    find: 'await disk.syncDirectory(to);',
    replace: gone,
  },
];

const snapshotLoops: readonly Way[] = [tests('tsdb/snapshot/write-snapshot.test.js'), ...usualWays];

/** Of chunk snapshots and of the lock. */
export const others: readonly Mutation[] = [
  {
    name: 'fsync of the directory of a chunk snapshot',
    file: 'snapshot/write-snapshot.js',
    find: 'await disk.syncDirectory(temporary);',
    replace: gone,
    ways: snapshotLoops,
  },
  {
    name: 'renaming of a whole chunk snapshot',
    file: 'snapshot/write-snapshot.js',
    find: 'await disk.rename(temporary, target);',
    replace: gone,
    ways: snapshotLoops,
  },
  {
    name: 'fsync of the directory that a chunk snapshot is renamed in',
    file: 'snapshot/write-snapshot.js',
    find: 'await disk.syncDirectory(job.directory);',
    replace: gone,
    ways: snapshotLoops,
  },
  {
    name: 'fsync of the directory that a chunk snapshot goes from',
    file: 'snapshot/snapshot-directories.js',
    find: 'await disk.syncDirectory(path.dirname(snapshot));',
    replace: gone,
    ways: [tests('tsdb/db/chunk-snapshot.test.js')],
  },
  {
    name: 'removal of a chunk snapshot that a start has not begun with',
    file: 'db/database.js',
    find: 'await removeSnapshots(disk, directory);',
    replace: gone,
    ways: [seeds('commit', 600)],
  },
  {
    name: 'checksum of a chunk snapshot',
    file: 'db/read-chunk-snapshot.js',
    find: 'if (damage !== undefined)',
    replace: 'if (false)',
    ways: [tests('tsdb/db/chunk-snapshot.test.js')],
  },
  {
    name: 'place of the log of late samples behind a chunk snapshot',
    file: 'db/read-chunk-snapshot.js',
    find: "return isUnused || !isBefore(held, placeOf(snapshot)) ? undefined : 'the WBL ends before it';",
    replace: 'return undefined;',
    ways: [tests('tsdb/db/chunk-snapshot.test.js')],
  },
  {
    name: 'fsync of the WAL before late samples are let go of',
    file: 'db/late-compactor.js',
    find: "writer.log({ kind: 'acknowledged', syncs: true, series: [], records: [] })",
    replace: 'Promise.resolve({ segment: 0, endByte: 0 })',
    ways: [tests('tsdb/db/late-samples.test.js')],
  },
  {
    name: 'the same, of a log that is synced by the second',
    file: 'db/late-compactor.js',
    find: 'syncs: true, ',
    replace: '',
    ways: [tests('tsdb/db/late-samples.test.js')],
  },
  {
    name: 'place that the WBL has come to, before late samples are let go of',
    file: 'db/late-compactor.js',
    find: 'beginSegment(place)',
    replace: 'beginSegment({ segment: 0, endByte: 0 })',
    ways: [tests('tsdb/db/late-samples.test.js')],
  },
  {
    name: 'record of chunks that have outlived the log',
    file: 'db/database.js',
    find: 'await logChunkEnds(writer, read.unlogged);',
    replace: gone,
    ways: [tests('tsdb/db/late-samples.test.js')],
  },
  {
    name: 'fsync of WAL records that are written again',
    file: 'wal/wal-writer.js',
    find: 'await file.sync();',
    replace: gone,
  },
  {
    name: 'renaming of a lock that nobody holds',
    file: 'lock/directory-lock.js',
    find: 'await disk.rename(file, aside);',
    replace: gone,
    ways: [tests('tsdb/lock/lock.test.js')],
  },
  {
    name: 'renaming back of a lock that somebody holds after all',
    file: 'lock/directory-lock.js',
    find: 'await disk.rename(aside, file);',
    replace: gone,
    ways: [tests('tsdb/lock/lock.test.js')],
  },
];

export const truncates: readonly Mutation[] = [
  {
    name: 'cut of a WAL segment behind a failed write',
    file: 'wal/segment-writer.js',
    find: 'await this.#file.truncate(this.goodBytes);',
    replace: gone,
  },
  {
    name: 'cut of an abandoned WAL segment',
    file: 'wal/segment-writer.js',
    find: 'await file.truncate(target.sizeBytes);',
    replace: gone,
    ways: [tests('tsdb/wal/writer.test.js'), ...usualWays],
  },
  {
    name: 'cut of a damaged file of chunks_head',
    file: 'chunks/head-chunk-files.js',
    find: 'await disk.truncate(file, damage.offset);',
    replace: gone,
    ways: [tests('tsdb/chunks/head-chunks.test.js')],
  },
];

const inPlace = (find: string): Pick<Mutation, 'find' | 'replace'> => ({ find, replace: gone });

export const renames: readonly Mutation[] = [
  {
    name: 'renaming of a whole checkpoint',
    file: 'wal/checkpoint.js',
    ...inPlace('await disk.rename(temporary, target);'),
    ways: [tests('tsdb/wal/checkpoint.test.js')],
  },
  {
    name: 'renaming of a rebuilt WAL segment',
    file: 'wal/repair-log.js',
    ...inPlace('await disk.rename(temporary, report.path);'),
    ways: [tests('tsdb/db/damage.test.js')],
  },
  {
    name: 'renaming of a whole block',
    file: 'block/write-block.js',
    ...inPlace('await disk.rename(temporary, target);'),
  },
  {
    name: 'renaming of a whole meta.json',
    file: '/base/disk.js',
    ...inPlace('await disk.rename(temporary, file);'),
  },
  {
    name: 'renaming of a block that goes',
    file: 'db/block-upkeep.js',
    ...inPlace('await disk.rename(target, going);'),
  },
  {
    name: 'renaming of a whole snapshot',
    file: 'db/snapshot-database.js',
    ...inPlace('await disk.rename(unfinished, into);'),
  },
  {
    name: 'a block is written where it is to stand',
    file: 'block/write-block.js',
    find: '{creationSuffix}`;',
    replace: "{''}`;",
  },
  {
    name: 'meta.json is written where it is to stand',
    file: '/base/disk.js',
    find: '{file}.tmp`;',
    replace: '{file}`;',
  },
  {
    name: 'a checkpoint is written where it is to stand',
    file: 'wal/checkpoint.js',
    find: '{target}.tmp`;',
    replace: '{target}`;',
  },
];

const flips = [tests('tsdb/offline/bit-flips.test.js'), tests('tsdb/block/damage.test.js')];

export const checksums: readonly Mutation[] = [
  {
    name: "checksum of a WAL's records",
    file: 'wal/segment-parser.js',
    find: 'if (found !== expected)',
    replace: 'if (false)',
  },
  {
    name: 'checksum of chunks_head at the start',
    file: 'chunks/head-chunk-files.js',
    find: 'if (cursor.u32() !== computed)',
    replace: 'if (cursor.u32() !== computed && false)',
  },
  {
    name: 'checksum of chunks_head when it is read',
    file: 'chunks/head-chunk-reader.js',
    find: 'checkSum(cursor, 0, dataEnd);',
    replace: gone,
    ways: [tests('tsdb/chunks/read-flips.test.js')],
  },
  {
    name: "checksum of a block's chunks in a query",
    file: 'chunks/chunk-window.js',
    find: 'if (stored !== computed)',
    replace: 'if (false)',
    ways: [...flips, ...usualWays],
  },
  {
    name: "checksum of a block's chunks in a merge",
    file: 'chunks/chunk-pieces.js',
    find: 'if (stored !== computed)',
    replace: 'if (false)',
    ways: [tests('tsdb/chunks/read-flips.test.js')],
  },
  {
    name: "checksum of a block's deletions",
    file: 'tombstones/tombstones.js',
    find: 'if (stored !== computed)',
    replace: 'if (false)',
    ways: [tests('tsdb/tombstones/tombstones.test.js'), ...flips],
  },
  {
    name: "checksum of the sections of a block's index",
    file: 'index/read-section.js',
    find: 'if (stored !== computed)',
    replace: 'if (false)',
    ways: flips,
  },
  {
    name: "checksum of a series of a block's index",
    file: 'index/index-reader.js',
    find: 'checkSum(cursor, start, end);',
    replace: gone,
    ways: flips,
  },
  {
    name: "checksum of the table of contents of a block's index",
    file: 'index/index-reader.js',
    find: 'checkSum(cursor, 0, tocBytes - checksumBytes);',
    replace: gone,
    ways: [tests('tsdb/index/checksums.test.js')],
  },
  {
    name: "checksum of the postings of a block's index",
    file: 'index/index-reader.js',
    find: 'checkSum(cursor, start, start + length);',
    replace: gone,
    ways: [tests('tsdb/index/checksums.test.js')],
  },
];
