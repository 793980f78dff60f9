import assert from 'node:assert/strict';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemDisk, UserError } from '../../../src/base/index.js';
import { openReadOnly, type ReadOnlyDatabase } from '../../../src/tsdb/index.js';
import { sharedPath } from '../../support/shared.js';
import { type ArchivedFile, filesBelow, tar, tarEntry, tarGz, zip } from './archives.js';
import { type Digest, digestsOf } from './digests.js';

describe('parts of a data directory opened offline', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'offline-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** A copy that may be changed, or undefined where the corpus is absent. */
  function copyOf(set: string): string | undefined {
    const source = sharedPath('corpus', 'tsdb', set, 'data');
    if (source === undefined) return undefined;
    const target = path.join(root, 'data');
    cpSync(source, target, { recursive: true });
    for (const file of [target, ...listed(target)]) chmodSync(file, 0o755);
    return target;
  }

  async function digests(directory: string): Promise<Map<string, Digest>> {
    const database = await openReadOnly({ directory, disk: systemDisk });
    const found = await digestsOf(database);
    await database.close();
    return found;
  }

  const samplesOf = (found: ReadonlyMap<string, Digest>): number =>
    [...found.values()].reduce((sum, { samples }) => sum + samples, 0);

  it('a chunk snapshot stands for a log that is gone, and for the beginning of one that goes on', async function () {
    const data = copyOf('capture-v3-snapshot');
    if (data === undefined) this.skip();
    const whole = await digests(data);
    renameSync(path.join(data, 'wal', '00000000'), path.join(data, 'wal', '00000003'));
    assert.deepEqual(await digests(data), whole, 'a snapshot before the log');
    rmSync(path.join(data, 'wal'), { recursive: true });
    assert.deepEqual(await digests(data), whole, 'a snapshot without a log');
    const snapshot = readdirSync(data).find((name) => name.startsWith('chunk_snapshot')) as string;
    const alone = await digests(path.join(data, snapshot));
    assert.equal(alone.size, 56);
    for (const [series, { samples, last }] of alone) {
      const of = whole.get(series) as Digest;
      assert.ok(samples > 0 && samples <= of.samples && last === of.last, series);
    }
  });

  it('an old snapshot beside a whole log is not read', async function () {
    const data = copyOf('capture-v3-snapshot');
    if (data === undefined) this.skip();
    const whole = await digests(data);
    const snapshot = readdirSync(data).find((name) => name.startsWith('chunk_snapshot')) as string;
    rmSync(path.join(data, snapshot), { recursive: true });
    assert.deepEqual(await digests(data), whole);
  });

  it('exemplars and deletions of a snapshot are read', async function () {
    const data = copyOf('capture-v3-snapshot');
    if (data === undefined) this.skip();
    const exemplars = async (): Promise<number> => {
      const database = await openReadOnly({ directory: data, disk: systemDisk });
      const querier = database.querier({ mintMs: 0, maxtMs: 2 ** 50 });
      const found = await querier.selectExemplars({ mintMs: 0, maxtMs: 2 ** 50, matcherSets: [] });
      querier.close();
      await database.close();
      return found.reduce((sum, { exemplars: of }) => sum + of.length, 0);
    };
    rmSync(path.join(data, 'wal'), { recursive: true });
    assert.ok((await exemplars()) > 0);
  });

  it('a block, a log, a checkpoint, a late log and chunks of the head are read by themselves', async function () {
    const data = copyOf('capture-v3');
    if (data === undefined) this.skip();
    const block = readdirSync(data).find((name) => name.startsWith('01')) as string;
    const wal = path.join(data, 'wal');
    const checkpoint = readdirSync(wal).find((name) => name.startsWith('checkpoint')) as string;
    assert.ok(samplesOf(await digests(path.join(data, block))) > 0);
    assert.ok(samplesOf(await digests(wal)) > 100_000);
    const database = await openReadOnly({ directory: path.join(wal, checkpoint), disk: systemDisk });
    assert.ok(database.cardinality(10).seriesCount > 0 && database.metadata().size > 0);
    await database.close();
    const chunks = await digests(path.join(data, 'chunks_head'));
    assert.ok(samplesOf(chunks) > 10_000);
    assert.match([...chunks.keys()][0] as string, /^\{__name__="chunks_head", series_ref="\d+"\}$/);
    const late = await digests(path.join(data, 'wbl'));
    assert.ok([...late.keys()].every((series) => series.startsWith('{__name__="wbl", series_ref="')));
    assert.ok(samplesOf(late) > 0);
  });

  it('a block that cannot be read and that another was made of is not missed', async function () {
    const data = copyOf('capture-ooo');
    if (data === undefined) this.skip();
    const [broken, other] = readdirSync(data).filter((name) => name.startsWith('01')) as [string, string];
    writeFileSync(path.join(data, broken, 'index'), 'x');
    const unread = async (): Promise<string[]> => {
      const database = await openReadOnly({ directory: data, disk: systemDisk });
      await database.close();
      return [...database.brokenBlocks.keys()].map((directory) => path.basename(directory));
    };
    assert.deepEqual(await unread(), [broken]);
    const file = path.join(data, other, 'meta.json');
    const meta = JSON.parse(readFileSync(file, 'utf8'));
    meta.compaction.parents = [{ ulid: broken, minTime: 0, maxTime: 1 }];
    writeFileSync(file, JSON.stringify(meta));
    assert.deepEqual(await unread(), []);
  });

  it('nothing is written', async function () {
    const data = copyOf('capture-ooo');
    if (data === undefined) this.skip();
    const state = (): string[] =>
      listed(data).map((file) => `${file} ${statSync(file).size} ${statSync(file).mtimeMs}`);
    const before = state();
    await digests(data);
    assert.deepEqual(state(), before);
  });

  describe('archives', () => {
    const forms: [name: string, form: (files: readonly ArchivedFile[]) => Buffer][] = [
      ['data.tar', tar],
      ['data.tar.gz', tarGz],
      ['backup.tgz', tarGz],
      ['data.zip', (files) => zip(files)],
      ['said.zip', (files) => zip(files, 'PK with a comment')],
    ];
    for (const [name, form] of forms) {
      it(`${name} holds what its directory held, and leaves nothing behind`, async function () {
        const data = copyOf('capture-ooo');
        if (data === undefined) this.skip();
        const archive = path.join(root, name);
        writeFileSync(archive, form(filesBelow(data, `${'long-'.repeat(20)}/backup/`)));
        const places: string[] = [];
        const database = await openArchive(archive, places);
        assert.deepEqual(await digestsOf(database), await digests(data));
        await database.close();
        assert.deepEqual(places.filter(isThere), []);
      });
    }

    async function openArchive(
      archive: string,
      places: string[],
      maxArchiveBytes = 2 ** 30,
    ): Promise<ReadOnlyDatabase> {
      const temporaryDirectory = async (): Promise<string> => {
        const place = mkdtempSync(path.join(root, 'unpacked-'));
        places.push(place);
        return place;
      };
      return openReadOnly({ directory: archive, disk: systemDisk, temporaryDirectory, maxArchiveBytes });
    }

    const meta = { name: 'a/meta.json', bytes: Buffer.from('{}') };
    const bad: [what: string, bytes: Buffer, expected: RegExp][] = [
      ['a name that leads out', tarGz([{ name: '../evil', bytes: Buffer.from('x') }]), /leads out/],
      ['an absolute name', tar([{ name: '/etc/evil', bytes: Buffer.from('x') }]), /leads out/],
      [
        'a name that leads out of a zip',
        zip([{ name: 'a/../../evil', bytes: Buffer.from('x') }]),
        /leads out/,
      ],
      [
        'more than the bound',
        tarGz([{ name: 'x', bytes: Buffer.alloc(3 << 20) }]),
        /more than 1048576 bytes/,
      ],
      [
        'more than the bound in a zip',
        zip([meta, { name: 'x', bytes: Buffer.alloc(3 << 20) }]),
        /more than 1048576/,
      ],
      [
        'a gzip that ends early',
        tarGz([{ name: 'wal/0', bytes: Buffer.alloc(9999) }]).subarray(0, 60),
        /gzip/,
      ],
      [
        'a tar that ends early',
        tar([{ name: 'wal/0', bytes: Buffer.alloc(9999) }]).subarray(0, 2048),
        /more bytes/,
      ],
      ['a zip without its list', zip([meta]).subarray(0, 40), /list of files/],
      ['a broken header', Buffer.concat([tarEntry('a', Buffer.alloc(0)), Buffer.alloc(512, 7)]), /checksum/],
      ['nothing of a database', tarGz([{ name: 'readme', bytes: Buffer.from('x') }]), /no write-ahead log/],
      ...['1.5', '-5', 'four', '1e30'].map((size): [string, Buffer, RegExp] => [
        `a size of ${size} before a file`,
        Buffer.concat([paxEntry(`size=${size}`), tarEntry('wal/0', Buffer.alloc(9))]),
        /expected a size/,
      ]),
      [
        'a file where a directory is wanted',
        tar(['wal', 'wal/0'].map((name) => ({ name, bytes: Buffer.from('x') }))),
        /the disk does not take/,
      ],
      [
        'a name that is too long',
        tar([{ name: `wal/${'0'.repeat(300)}`, bytes: Buffer.from('x') }]),
        /the disk does not take: ENAMETOOLONG/,
      ],
      ['a zip whose list is longer than it', changedEnd(zip([meta]), 12, 0x0fff_ffff), /a list of files/],
      ['a zip whose list is elsewhere', changedEnd(zip([meta]), 16, 0x7fff_ffff), /a list of files/],
      [
        'a zip whose list is beyond all numbers',
        Buffer.concat([wideLocator(2n ** 62n), changedEnd(zip([]), 16, 0xffff_ffff)]),
        /a place within the archive/,
      ],
      [
        'links alone',
        tar([]).length > 0
          ? Buffer.concat([tarEntry('wal', Buffer.alloc(0), '2'), Buffer.alloc(1024)])
          : Buffer.alloc(0),
        /no write-ahead log/,
      ],
    ];

    for (const [what, bytes, expected] of bad) {
      it(`with ${what} are refused, and leave nothing behind`, async () => {
        const archive = path.join(root, 'bad.archive');
        writeFileSync(archive, bytes);
        const places: string[] = [];
        await assert.rejects(openArchive(archive, places, 1 << 20), (error: Error) => {
          assert.match(error.message, expected);
          return true;
        });
        assert.deepEqual(places.filter(isThere), []);
        assert.deepEqual(readdirSync(root).sort(), ['bad.archive']);
      });
    }

    it('what is no archive is told as what it is', async () => {
      const file = path.join(root, 'text');
      writeFileSync(file, 'hello');
      await assert.rejects(openReadOnly({ directory: file, disk: systemDisk }), UserError);
      mkdirSync(path.join(root, 'empty'));
      await assert.rejects(
        openReadOnly({ directory: path.join(root, 'empty'), disk: systemDisk }),
        UserError,
      );
    });
  });
});

function isThere(target: string): boolean {
  return statSync(target, { throwIfNoEntry: false }) !== undefined;
}

function listed(directory: string): string[] {
  return (readdirSync(directory, { recursive: true }) as string[])
    .map((name) => path.join(directory, name))
    .sort();
}

/** A POSIX header for the entry behind it. */
function paxEntry(note: string): Buffer {
  const length = note.length + 4;
  return tarEntry('note', Buffer.from(`${String(length).padStart(2, '0')} ${note}\n`), 'x');
}

/** A zip without a comment, with another number in its last 22 bytes. */
function changedEnd(bytes: Buffer, offset: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt32LE(value, changed.length - 22 + offset);
  return changed;
}

/** Says where the end of the list of a large zip is. */
function wideLocator(offset: bigint): Buffer {
  const locator = Buffer.alloc(24);
  locator.write('PK\x03\x04', 0, 'latin1');
  locator.write('PK\x06\x07', 4, 'latin1');
  locator.writeBigUInt64LE(offset, 12);
  return locator;
}
