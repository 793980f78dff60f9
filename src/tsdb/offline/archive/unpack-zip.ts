/**
 * Zip: the list of files stands at the end, numbers little-endian. Sizes and places beyond 32 bits stand in the field
 * 1 of an entry's extra fields (zip64).
 *
 *     end:    PK 5 6 · 10 entries 2 · 12 size of list 4 · 16 place of list 4 · 20 comment length 2
 *     entry:  PK 1 2 · 8 flags 2 · 10 method 2 · 16 CRC-32 4 · 20 packed 4 · 24 size 4 · 28 lengths of name, extra
 *             fields and comment 2 each · 42 place of file 4 · 46 name …
 *     file:   PK 3 4 · 26 lengths of name and extra fields 2 each · 30 name …, data
 */
import { Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { CorruptionError, type DiskFile, decodeUtf8, messageOf } from '../../../base/index.js';
import type { ArchiveTarget } from './archive-target.js';
import { outputPieceBytes, pieceBytes } from './piece-bytes.js';

const signature = {
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
  entry: 0x02014b50,
  file: 0x04034b50,
};
const endBytes = 22;
const locatorBytes = 20;
const entryBytes = 46;
const fileBytes = 30;
const mostCommentBytes = 0xffff;
const mostListBytes = 1 << 28;
const method = { stored: 0, deflated: 8 };
const encryptedFlag = 1;

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly offset: number;
}

export async function unpackZip(
  file: DiskFile,
  target: ArchiveTarget,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const entry of await readList(file)) {
    signal?.throwIfAborted();
    if (entry.name.endsWith('/')) await target.makeDirectory(entry.name);
    else await unpackEntry(file, entry, target);
  }
}

async function unpackEntry(file: DiskFile, entry: Entry, target: ArchiveTarget): Promise<void> {
  if ((entry.flags & encryptedFlag) !== 0) target.fail('is encrypted');
  if (entry.method !== method.stored && entry.method !== method.deflated)
    target.fail(`holds a file packed by method ${entry.method}`);
  const header = await readExactly(file, entry.offset, fileBytes);
  if (header.getUint32(0, true) !== signature.file) damaged(file, entry.offset, 'a file', 'something else');
  if (entry.offset + entry.packedBytes > (await file.sizeBytes()))
    damaged(file, entry.offset, `${entry.packedBytes} bytes more`, 'the end of the archive');
  const dataStart = entry.offset + fileBytes + header.getUint16(26, true) + header.getUint16(28, true);
  await target.begin(entry.name, entry.sizeBytes);
  let crc = 0;
  let sizeBytes = 0;
  for await (const piece of unpacked(file, entry, dataStart)) {
    crc = crc32(piece, crc);
    sizeBytes += piece.length;
    await target.write(piece);
  }
  await target.end();
  if (sizeBytes !== entry.sizeBytes) damaged(file, dataStart, `${entry.sizeBytes} bytes`, `${sizeBytes}`);
  if (crc !== entry.crc) damaged(file, dataStart, `CRC-32 ${entry.crc}`, `${crc}`);
}

async function* unpacked(file: DiskFile, entry: Entry, dataStart: number): AsyncGenerator<Uint8Array> {
  const packed = piecesOf(file, dataStart, entry.packedBytes);
  if (entry.method === method.stored) {
    yield* packed;
    return;
  }
  const source = Readable.from(packed, { objectMode: false });
  const inflate = createInflateRaw({ chunkSize: outputPieceBytes(entry.packedBytes) });
  source.on('error', (error) => inflate.destroy(error));
  try {
    for await (const piece of source.pipe(inflate)) yield piece as Uint8Array;
  } catch (error) {
    const isZlib = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
    if (isZlib) damaged(file, dataStart, 'deflated data', messageOf(error));
    throw error;
  } finally {
    source.destroy();
    inflate.destroy();
  }
}

async function* piecesOf(file: DiskFile, start: number, length: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length; ) {
    const piece = new Uint8Array(Math.min(pieceBytes, length - done));
    const count = await file.read(piece, start + done);
    if (count === 0) damaged(file, start + done, `${length - done} more bytes`, 'the end of the archive');
    done += count;
    yield piece.subarray(0, count);
  }
}

async function readList(file: DiskFile): Promise<Entry[]> {
  const { offset, length, count } = await findList(file);
  const isWithin = length <= mostListBytes && offset + length <= (await file.sizeBytes());
  if (!isWithin) damaged(file, offset, 'a list of files', `one of ${length} bytes`);
  const view = await readExactly(file, offset, length);
  const entries: Entry[] = [];
  let at = 0;
  while (entries.length < count) {
    const isEntry = at + entryBytes <= length && view.getUint32(at, true) === signature.entry;
    if (!isEntry) damaged(file, offset + at, 'an entry of the list of files', 'none');
    const [nameBytes, extraBytes] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
    const end = at + entryBytes + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (end > length) damaged(file, offset + at, 'an entry within the list', 'one that is longer');
    entries.push(readEntry(view, at, nameBytes, extraBytes));
    at = end;
  }
  return entries;
}

function readEntry(view: DataView, at: number, nameBytes: number, extraBytes: number): Entry {
  const nameAt = at + entryBytes;
  const wide = wideNumbers(view, nameAt + nameBytes, extraBytes);
  const field = (offset: number): number => {
    const value = view.getUint32(at + offset, true);
    return value === 0xffffffff ? (wide.shift() ?? value) : value;
  };
  const sizeBytes = field(24);
  const packedBytes = field(20);
  return {
    name: decodeUtf8(new Uint8Array(view.buffer, view.byteOffset + nameAt, nameBytes)),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    sizeBytes,
    packedBytes,
    offset: field(42),
  };
}

/** In the order size, packed size, place: those that did not fit. */
function wideNumbers(view: DataView, start: number, length: number): number[] {
  for (let at = start; at + 4 <= start + length; ) {
    const fieldBytes = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      const end = Math.min(at + 4 + fieldBytes, start + length);
      const numbers: number[] = [];
      for (let i = at + 4; i + 8 <= end; i += 8) numbers.push(Number(view.getBigUint64(i, true)));
      return numbers;
    }
    at += 4 + fieldBytes;
  }
  return [];
}

async function findList(file: DiskFile): Promise<{ offset: number; length: number; count: number }> {
  const sizeBytes = await file.sizeBytes();
  const tailBytes = Math.min(sizeBytes, endBytes + mostCommentBytes);
  const tailAt = sizeBytes - tailBytes;
  const tail = await readExactly(file, tailAt, tailBytes);
  let at = tailBytes - endBytes;
  while (at >= 0 && tail.getUint32(at, true) !== signature.end) at--;
  if (at < 0) damaged(file, tailAt, 'the list of files', 'the end of the archive');
  const [count, length, offset] = [
    tail.getUint16(at + 10, true),
    tail.getUint32(at + 12, true),
    tail.getUint32(at + 16, true),
  ];
  const isWide = count === 0xffff || length === 0xffffffff || offset === 0xffffffff;
  const locatorAt = at - locatorBytes;
  if (!isWide || locatorAt < 0 || tail.getUint32(locatorAt, true) !== signature.locator64)
    return { offset, length, count };
  const end64At = Number(tail.getBigUint64(locatorAt + 8, true));
  const end64 = await readExactly(file, end64At, 56);
  if (end64.getUint32(0, true) !== signature.end64) damaged(file, end64At, 'the end of the list', 'none');
  return {
    count: Number(end64.getBigUint64(32, true)),
    length: Number(end64.getBigUint64(40, true)),
    offset: Number(end64.getBigUint64(48, true)),
  };
}

async function readExactly(file: DiskFile, offset: number, length: number): Promise<DataView> {
  if (!Number.isSafeInteger(offset + length)) damaged(file, 0, 'a place within the archive', `${offset}`);
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const count = await file.read(bytes.subarray(done), offset + done);
    if (count === 0) damaged(file, offset + done, `${length - done} more bytes`, 'the end of the archive');
    done += count;
  }
  return new DataView(bytes.buffer);
}

function damaged(file: DiskFile, offset: number, expected: string, found: string): never {
  throw new CorruptionError({ path: file.path, offset, expected, found });
}
