/** The index of a block: part by part, whole, and as `tsdb verify` reads it. */
import assert from 'node:assert/strict';
import type { Kernels } from '../../../src/kernels/index.js';
import { IndexReader, SeriesEntry } from '../../../src/tsdb/index/index.js';
import { Survey } from '../../../src/tsdb/verify/survey.js';
import { verifyIndex } from '../../../src/tsdb/verify/verify-index.js';
import { sealRange } from './checksums.js';
import type { FuzzInput } from './fuzz-input.js';
import { type IndexPart, type SoundIndex, soundIndex } from './index-sounds.js';
import { MemoryFile, memoryDisk } from './memory-files.js';
import type { FuzzDecoder } from './run-fuzz.js';

const directory = '/fuzz/block';
const tocBytes = 52;
const versions = [1, 2, 3];

/** What is done with an index once it is open; opening reads header, contents, symbols and table. */
type Use = (index: IndexReader, input: FuzzInput, ids: readonly number[]) => void;

const uses: readonly (readonly [part: IndexPart, use: Use])[] = [
  ['header', readAll],
  ['symbols', (index, { length }) => readSymbols(index, length)],
  ['series', readSeries],
  ['postings', (index, { length }) => readPostings(index, length)],
  ['table', (index, { length }) => readTable(index, length)],
  ['toc', readAll],
];
/** No query reads them. */
const verifiedParts: readonly IndexPart[] = ['labelIndices', 'labelTable'];

export function indexDecoders(kernels: Kernels): FuzzDecoder[] {
  const indexes = versions.map(soundIndex);
  const shared = {
    sounds: indexes.map(({ bytes }) => bytes),
    seal: (input: FuzzInput) => sealSections(input, indexes),
  };
  const changing = (part: IndexPart) => ({
    ...shared,
    regionOf: (origin: number) => (indexes[origin] as SoundIndex).parts[part],
  });
  const read = { mostBytes: { fixed: 8192, perByte: 32 } };
  const verified = { decode: verifyBytes(kernels), mostBytes: { fixed: 1 << 16, perByte: 32 } };
  return [
    ...uses.map(([part, use]) => ({
      ...changing(part),
      ...read,
      name: `index, ${part}`,
      decode: decodeIndex(indexes, use),
    })),
    { ...shared, ...read, name: 'index, whole', decode: decodeIndex(indexes, readAll) },
    ...verifiedParts.map((part) => ({ ...changing(part), ...verified, name: `index as verified, ${part}` })),
    { ...shared, ...verified, name: 'index as verified, whole' },
  ];
}

/** Checksums where the sound index has them; of sections whose length was changed, where that puts them. */
function sealSections(input: FuzzInput, indexes: readonly SoundIndex[]): void {
  const index = indexes[input.origin];
  if (input.length < tocBytes) return;
  if (index === undefined || input.length !== index.bytes.length) {
    sealRange(input, input.length - tocBytes, input.length - 4);
    return;
  }
  const byLength = input.below(2) === 0;
  for (const { from, to } of index.sums) {
    const length = byLength && from >= 4 ? input.u32At(from - 4) : to - from;
    sealRange(input, from, from + length <= input.length - 4 ? from + length : to);
  }
}

function decodeIndex(indexes: readonly SoundIndex[], use: Use): FuzzDecoder['decode'] {
  const file = new MemoryFile(`${directory}/index`);
  return (input) => {
    file.bytes = input.bytes;
    const index = new IndexReader(file, input.length);
    use(index, input, indexes[Math.max(0, input.origin)]?.ids ?? []);
    return undefined;
  };
}

function readAll(index: IndexReader, input: FuzzInput, ids: readonly number[]): void {
  readSymbols(index, input.length);
  readTable(index, input.length);
  const found = readPostings(index, input.length);
  readSeries(index, input, [...ids, ...found.subarray(0, 4)]);
}

function readSeries(index: IndexReader, { length }: FuzzInput, ids: readonly number[]): void {
  const scanner = index.scanner();
  const entry = new SeriesEntry();
  for (const id of ids) {
    scanner.series(id, entry);
    entry.readChunks();
    assert.ok(entry.labelCount * 2 + entry.chunkCount * 3 <= length, 'more fields than bytes');
    for (let i = 0; i < 2 * entry.labelCount; i++) index.symbols.byteLength(entry.symbols[i] as number);
    for (let i = 0; i < entry.chunkCount; i++)
      assert.ok(Number.isFinite(entry.mintMs[i]) && Number.isFinite(entry.maxtMs[i]));
  }
}

function readSymbols({ symbols, version }: IndexReader, mostBytes: number): void {
  let count = 0;
  for (const text of symbols.texts()) {
    assert.ok(text.length <= mostBytes);
    count++;
  }
  assert.equal(count, symbols.count);
  if (version > 1 && count > 0) symbols.text(count - 1);
}

function readTable({ table }: IndexReader, mostBytes: number): void {
  let values = 0;
  for (const name of table.names()) {
    table.walk(name, (value, offset) => {
      values++;
      assert.ok(offset >= 0 && value.length <= mostBytes);
      return values <= mostBytes;
    });
  }
  assert.ok(values * 4 <= mostBytes, 'more values than bytes');
  table.find('job', 'nödë');
  table.walk('__name__', () => true, 'up_2');
}

function readPostings(index: IndexReader, mostBytes: number): Uint32Array {
  const scanner = index.scanner();
  assert.ok(scanner.postings('job', 'nödë').length * 4 <= mostBytes);
  assert.ok(scanner.postings('instance', 'host-1:9100').length * 4 <= mostBytes);
  const all = scanner.postings('', '');
  assert.ok(all.length * 4 <= mostBytes);
  index.giveBack(scanner);
  return all;
}

function verifyBytes(kernels: Kernels): FuzzDecoder['decode'] {
  const file = new MemoryFile(`${directory}/index`);
  const disk = memoryDisk(directory, [file]);
  return async ({ bytes }) => {
    file.bytes = bytes;
    const survey = new Survey({ disk, kernels, onFinding: () => {} });
    let chunks = 0;
    const { seriesCount } = await verifyIndex(survey, directory, () => {
      chunks++;
    });
    assert.ok(seriesCount <= bytes.length && chunks <= bytes.length);
    assert.equal(survey.findings.counts.unreadable, 0);
    return survey.findings.counts.damage === 0 ? undefined : 'damage';
  };
}
