/** Files of the corpus in memory, one bit wrong at a time: what is read is refused, or some of what is there. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CorruptionError, formatFloatShortest, seededRandom } from '../../../src/base/index.js';
import type { Kernels } from '../../../src/kernels/index.js';
import { formatHistogram } from '../../../src/model/index.js';
import { blockSource, openBlock } from '../../../src/tsdb/block/index.js';
import { HeadChunkReader, readHeadChunks } from '../../../src/tsdb/chunks/index.js';
import { readSnapshot, type SnapshotRecord } from '../../../src/tsdb/snapshot/index.js';
import { decodeRecord, SampleColumns, type WalRecord, walkRecords } from '../../../src/tsdb/wal/index.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { sharedPath } from '../../support/shared.js';
import { always, readSource } from '../block/read-source.js';

export interface Subject {
  readonly name: string;
  /** In the corpus. */
  readonly parts: readonly string[];
  /** Files that are flipped. */
  readonly files: RegExp;
  /** Every row that is there, as a text. */
  read(disk: FaultDisk, kernels: Kernels): Promise<ReadonlySet<string>>;
}

async function readBlock(disk: FaultDisk, kernels: Kernels): Promise<Set<string>> {
  const rows = new Set<string>();
  const block = await openBlock({ disk, directory: '/d' });
  try {
    for (const { labels, lines } of readSource(blockSource({ block, window: always }), { kernels }))
      for (const line of lines) rows.add(`${labels} ${line}`);
  } finally {
    await block.close();
  }
  return rows;
}

function* rowsOf(record: WalRecord): Iterable<string> {
  if (record.kind === 'samples') {
    const { length, refs, timestamps, values } = record.batch;
    for (let i = 0; i < length; i++)
      yield `${refs[i]} ${timestamps[i]} ${formatFloatShortest(values[i] as number)}`;
  } else if (record.kind === 'histograms') {
    for (const { ref, timestampMs, histogram } of record.samples)
      yield `${ref} ${timestampMs} ${formatHistogram(histogram)}`;
  } else if (record.kind === 'series') {
    for (const { ref, labels } of record.entries) yield `${ref} ${labels.toString()}`;
  } else if (record.kind !== 'unknown') for (const entry of record.entries) yield JSON.stringify(entry);
}

async function readLog(disk: FaultDisk): Promise<Set<string>> {
  const rows = new Set<string>();
  const columns = new SampleColumns();
  await walkRecords(disk, '/d', (bytes) => {
    for (const row of rowsOf(decodeRecord(bytes, columns))) rows.add(row);
  });
  return rows;
}

async function readChunksHead(disk: FaultDisk): Promise<Set<string>> {
  const rows = new Set<string>();
  const reader = new HeadChunkReader(disk, '/d');
  try {
    const found: { segment: number; offset: number; ref: number }[] = [];
    await readHeadChunks({ disk, directory: '/d', onChunk: (chunk) => found.push(chunk) });
    for (const { ref, ...place } of found) {
      const { encoding, bytes } = reader.readBytes(place);
      rows.add(`${ref} ${encoding} ${Buffer.from(bytes).toString('hex')}`);
    }
  } finally {
    await reader.close();
  }
  return rows;
}

function snapshotRow(record: SnapshotRecord): string {
  if (record.kind !== 'series') return JSON.stringify(record);
  const { ref, labels, chunk } = record;
  const bytes = chunk === undefined ? '' : Buffer.from(chunk.bytes).toString('hex');
  return `${ref} ${labels.toString()} ${chunk?.mintMs} ${chunk?.maxtMs} ${bytes}`;
}

async function readSnapshotRows(disk: FaultDisk): Promise<Set<string>> {
  const rows = new Set<string>();
  await readSnapshot(disk, '/d', (record) => rows.add(snapshotRow(record)));
  return rows;
}

const ooo = ['capture-ooo', 'data'];
const block = [...ooo, '01M81G8V68ZFJWJV9B559RDFME'];
const snapshot = ['capture-v3-snapshot', 'data'];
export const subjects: readonly Subject[] = [
  { name: 'index', parts: block, files: /index$/, read: readBlock },
  { name: 'chunks', parts: block, files: /chunks\/\d+$/, read: readBlock },
  { name: 'meta.json', parts: block, files: /meta.json$/, read: readBlock },
  { name: 'tombstones', parts: block, files: /tombstones$/, read: readBlock },
  { name: 'log', parts: [...ooo, 'wal'], files: /\d{8}$/, read: readLog },
  { name: 'late log', parts: [...snapshot, 'wbl'], files: /\d{8}$/, read: readLog },
  { name: 'chunks_head', parts: [...ooo, 'chunks_head'], files: /\d{6}$/, read: readChunksHead },
  {
    name: 'snapshot',
    parts: [...snapshot, 'chunk_snapshot.000000.0000163840'],
    files: /\d{8}$/,
    read: readSnapshotRows,
  },
];

export interface Flips {
  /** Cases that ended in an error, and those that showed less than there is. */
  refused: number;
  fewer: number;
}

/** Undefined where the corpus is absent. */
export async function flipBits(
  subject: Subject,
  { kernels, cases, seed }: { kernels: Kernels; cases: number; seed: number },
): Promise<Flips | undefined> {
  const source = sharedPath('corpus', 'tsdb', ...subject.parts);
  if (source === undefined) return undefined;
  const random = seededRandom(seed);
  const disk = new FaultDisk(random);
  const sizes = await load(source, disk);
  const files = [...sizes].filter(([file, size]) => subject.files.test(file) && size > 0);
  const expected = await subject.read(disk, kernels);
  const flips: Flips = { refused: 0, fewer: 0 };
  for (let i = 0; i < cases; i++) {
    const [file, size] = files[i % files.length] as [string, number];
    const at = Math.floor(random.float() * size);
    const bit = Math.floor(random.float() * 8);
    disk.flip(file, at, 1 << bit);
    try {
      const found = await subject.read(disk, kernels);
      for (const row of found) assert.ok(expected.has(row), `${file} byte ${at} bit ${bit}: ${row}`);
      if (found.size < expected.size) flips.fewer++;
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      flips.refused++;
    }
    disk.flip(file, at, 1 << bit);
  }
  assert.deepEqual(await subject.read(disk, kernels), expected);
  return flips;
}

async function load(source: string, disk: FaultDisk): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const from = path.join(entry.parentPath, entry.name);
    const to = path.join('/d', path.relative(source, from));
    await disk.makeDirectory(path.dirname(to));
    const bytes = readFileSync(from);
    await (await disk.open(to, 'create')).write(bytes, 0);
    sizes.set(to, bytes.length);
  }
  return sizes;
}
