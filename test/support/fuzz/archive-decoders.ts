/** Archives that are unpacked into a directory: what is written there has names below it and no others. */
import assert from 'node:assert/strict';
import { crc32, gzipSync } from 'node:zlib';
import { encodeUtf8 } from '../../../src/base/index.js';
import { isArchive, unpackArchive } from '../../../src/tsdb/offline/archive/index.js';
import { tar, tarEntry, zip } from '../../tsdb/offline/archives.js';
import type { FuzzInput } from './fuzz-input.js';
import { MemoryFile, memoryDisk, NameTree } from './memory-files.js';
import type { FuzzDecoder, FuzzOutcome } from './run-fuzz.js';

const directory = '/fuzz/archives';
const archive = `${directory}/data`;
const into = '/fuzz/into';
const blockBytes = 512;
const mostBytes = 1 << 20;

const files = [
  { name: 'data/wal/00000000', bytes: encodeUtf8('a record and another') },
  { name: 'data/01HFX/meta.json', bytes: encodeUtf8('{"version":1}') },
  { name: 'data/01HFX/index', bytes: new Uint8Array(90).fill(7) },
];
const longName = `data/${'long/'.repeat(22)}index`;

export function archiveDecoders(): FuzzDecoder[] {
  return [tarDecoder(), tarGzDecoder(), zipDecoder()];
}

/** What a decoder of one kind of archive shares with the others. */
function unpacking(): (input: FuzzInput) => Promise<FuzzOutcome> {
  const file = new MemoryFile(archive);
  const tree = new NameTree(into);
  const disk = memoryDisk(directory, [file], tree);
  const stat = async (): Promise<{ sizeBytes: number; isDirectory: boolean; modifiedMs: number }> => ({
    sizeBytes: file.bytes.length,
    isDirectory: false,
    modifiedMs: 0,
  });
  const own = { ...disk, stat };
  return async ({ bytes }) => {
    file.bytes = bytes;
    tree.clear();
    if (!(await isArchive(own, archive))) return 'no archive';
    try {
      await unpackArchive({ disk: own, archive, into, maxBytes: mostBytes });
    } finally {
      assert.deepEqual(tree.escaped, [], 'names that lead out');
    }
    return undefined;
  };
}

function tarSounds(): Uint8Array[] {
  const record = (text: string): Uint8Array => {
    const length = text.length + 3;
    return encodeUtf8(`${length + String(length).length - 2} ${text}\n`);
  };
  return [
    tar(files.slice(0, 2)),
    Buffer.concat([
      tarEntry('x', record(`path=${longName}`), 'x'),
      tarEntry('short', encodeUtf8('text')),
      tarEntry('y', record('size=4'), 'x'),
      tarEntry('other', encodeUtf8('text')),
    ]),
    Buffer.concat([
      tarEntry('data/wal/', new Uint8Array(0), '5'),
      tarEntry('data/link', new Uint8Array(0), '2'),
    ]),
    tar([{ name: longName, bytes: encodeUtf8('text') }]),
  ].map((bytes) => new Uint8Array(bytes));
}

/** Sums of all headers, as far as the sizes lead. */
function sealTar({ buffer }: FuzzInput, from: number, to: number): void {
  for (let at = from; at + blockBytes <= to; ) {
    let sum = 0;
    for (let i = 0; i < blockBytes; i++) sum += i >= 148 && i < 156 ? 32 : (buffer[at + i] as number);
    if (sum === 8 * 32) return;
    for (let i = 0; i < 6; i++) buffer[at + 148 + i] = 48 + ((sum >> (3 * (5 - i))) & 7);
    buffer[at + 154] = 0;
    buffer[at + 155] = 32;
    let size = 0;
    for (let i = 124; i < 136; i++) {
      const digit = (buffer[at + i] as number) - 48;
      if (digit >= 0 && digit < 8) size = size * 8 + digit;
    }
    at += blockBytes + Math.ceil(size / blockBytes) * blockBytes;
  }
}

function tarDecoder(): FuzzDecoder {
  return {
    name: 'tar',
    sounds: tarSounds(),
    seal: (input) => sealTar(input, 0, input.length),
    mostBytes: { fixed: 1 << 21, perByte: 8 },
    decode: unpacking(),
  };
}

/** Stored, not deflated, so that changes reach the tar within; or changed as it is. */
function tarGzDecoder(): FuzzDecoder {
  const sounds = tarSounds().slice(0, 2);
  const seal = (input: FuzzInput): void => {
    const { buffer, length } = input;
    const end = length - 8;
    if (end < storedHead) return;
    const data = end - storedHead;
    if (input.below(4) > 0) sealTar(input, storedHead, end);
    buffer.set([0x1f, 0x8b, 8, 0]);
    buffer.set([1, data & 0xff, data >>> 8, ~data & 0xff, (~data >>> 8) & 0xff], 10);
    const sum = crc32(buffer.subarray(storedHead, end));
    for (let i = 0; i < 4; i++) {
      buffer[end + i] = sum >>> (8 * i);
      buffer[end + 4 + i] = data >>> (8 * i);
    }
  };
  return {
    name: 'tar.gz',
    sounds: [
      ...sounds.map((bytes) => gzipSync(bytes, { level: 0 })),
      ...sounds.map((bytes) => gzipSync(bytes)),
    ].map((bytes) => new Uint8Array(bytes)),
    // Deflated ones are changed as they are.
    seal: (input) => {
      if (input.length > storedFrom) seal(input);
    },
    mostBytes: { fixed: 1 << 21, perByte: 8 },
    decode: unpacking(),
  };
}

/** Head of gzip, and of one stored block. */
const storedHead = 15;
const storedFrom = 1000;

function zipDecoder(): FuzzDecoder {
  return {
    name: 'zip',
    sounds: [
      zip(files),
      zip([{ name: 'data/', bytes: new Uint8Array(0) }, ...files.slice(1)], 'a comment'),
    ].map((bytes) => new Uint8Array(bytes)),
    mostBytes: { fixed: 1 << 21, perByte: 8 },
    decode: unpacking(),
  };
}
