/**
 * Tar: a header of 512 bytes before each file, whose data is filled up to a multiple of 512. Fields are text, numbers
 * octal:
 *
 *     0 name 100 · 124 size 12 · 148 checksum 8 · 156 type 1 · 257 "ustar" · 345 prefix 155
 *
 * Longer names and larger sizes come in an entry before: GNU's `L`, or POSIX' `x` with lines `<length> <key>=<value>`.
 */
import { CorruptionError, decodeUtf8 } from '../../../base/index.js';
import type { ArchiveTarget } from './archive-target.js';

const blockBytes = 512;
const mostNoteBytes = 1 << 20;

interface Header {
  readonly name: string;
  readonly sizeBytes: number;
  readonly type: string;
}

export async function unpackTar(stream: AsyncGenerator<Uint8Array>, target: ArchiveTarget): Promise<void> {
  const bytes = new StreamReader(stream, target.archive);
  let notes: { path?: string; size?: number } = {};
  try {
    for (;;) {
      const block = await bytes.block();
      if (block === undefined || block.every((byte) => byte === 0)) return;
      const header = parseHeader(block, bytes);
      if (header.type === 'x' || header.type === 'L') {
        if (header.sizeBytes > mostNoteBytes) target.fail('has a header that is too long');
        const note = await bytes.take(header.sizeBytes);
        notes = header.type === 'x' ? { ...notes, ...parseRecords(note) } : { ...notes, path: textOf(note) };
        continue;
      }
      const name = notes.path ?? header.name;
      const sizeBytes = notes.size ?? header.sizeBytes;
      if (!isSize(sizeBytes)) bytes.fail('a size', `${sizeBytes}`);
      notes = {};
      await unpackEntry({ ...header, name, sizeBytes }, bytes, target);
    }
  } finally {
    await stream.return(undefined);
  }
}

async function unpackEntry(
  { name, sizeBytes, type }: Header,
  bytes: StreamReader,
  target: ArchiveTarget,
): Promise<void> {
  if (type === 'S') target.fail('holds a sparse file');
  const isFile = type === '0' || type === '\0' || type === '7';
  if (type === '5') await target.makeDirectory(name);
  if (isFile) await target.begin(name, sizeBytes);
  await bytes.pass(sizeBytes, isFile ? (piece) => target.write(piece) : undefined);
  await target.end();
}

function parseHeader(block: Uint8Array, bytes: StreamReader): Header {
  const stored = numberOf(block.subarray(148, 156));
  let sum = 0;
  for (let i = 0; i < blockBytes; i++) sum += i >= 148 && i < 156 ? 32 : (block[i] as number);
  if (sum !== stored) bytes.fail(`a header with checksum ${sum}`, `${stored}`);
  const sizeBytes = numberOf(block.subarray(124, 136));
  if (!isSize(sizeBytes)) bytes.fail('a size', textOf(block.subarray(124, 136)));
  const isPosix = textOf(block.subarray(257, 265)) === 'ustar';
  const prefix = isPosix ? textOf(block.subarray(345, 500)) : '';
  const name = textOf(block.subarray(0, 100));
  const type = String.fromCharCode(block[156] as number);
  return { name: prefix === '' ? name : `${prefix}/${name}`, sizeBytes, type };
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Octal text; where the first bit is set, a number in base 256. */
function numberOf(field: Uint8Array): number {
  const first = field[0] as number;
  if ((first & 0x80) === 0) return Number.parseInt(textOf(field).trim() || '0', 8);
  return field.subarray(1).reduce((value, byte) => value * 256 + byte, first & 0x7f);
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end));
}

function parseRecords(bytes: Uint8Array): { path?: string; size?: number } {
  const notes: { path?: string; size?: number } = {};
  for (let at = 0; at < bytes.length; ) {
    const length = Number.parseInt(decodeUtf8(bytes.subarray(at, at + 12)), 10);
    if (!(length > 0)) break;
    const record = decodeUtf8(bytes.subarray(at, at + length - 1));
    const equals = record.indexOf('=');
    const key = record.slice(record.indexOf(' ') + 1, equals);
    if (key === 'path') notes.path = record.slice(equals + 1);
    if (key === 'size') notes.size = Number(record.slice(equals + 1));
    at += length;
  }
  return notes;
}

/** Blocks out of pieces of any length. */
class StreamReader {
  readonly #stream: AsyncGenerator<Uint8Array>;
  readonly #path: string;
  #piece: Uint8Array = new Uint8Array(0);
  #offset = 0;

  constructor(stream: AsyncGenerator<Uint8Array>, path: string) {
    this.#stream = stream;
    this.#path = path;
  }

  fail(expected: string, found: string): never {
    throw new CorruptionError({ path: this.#path, offset: this.#offset, expected, found });
  }

  /** Undefined at the end. */
  async block(): Promise<Uint8Array | undefined> {
    if (this.#piece.length === 0 && !(await this.#more())) return undefined;
    return this.#exactly(blockBytes);
  }

  /** An entry's data. */
  async take(count: number): Promise<Uint8Array> {
    const padded = await this.#exactly(paddedTo(count));
    return padded.subarray(0, count);
  }

  /** Shows an entry's data in pieces. */
  async pass(count: number, visit: ((piece: Uint8Array) => Promise<void>) | undefined): Promise<void> {
    let left = count;
    while (left > 0) {
      if (this.#piece.length === 0 && !(await this.#more()))
        this.fail(`${left} more bytes of a file`, 'the end of the archive');
      const piece = this.#cut(Math.min(left, this.#piece.length));
      left -= piece.length;
      await visit?.(piece);
    }
    await this.#exactly(paddedTo(count) - count);
  }

  async #exactly(count: number): Promise<Uint8Array> {
    if (this.#piece.length >= count) return this.#cut(count);
    const bytes = new Uint8Array(count);
    for (let done = 0; done < count; ) {
      if (this.#piece.length === 0 && !(await this.#more()))
        this.fail(`${count - done} more bytes`, 'the end of the archive');
      const piece = this.#cut(Math.min(count - done, this.#piece.length));
      bytes.set(piece, done);
      done += piece.length;
    }
    return bytes;
  }

  #cut(count: number): Uint8Array {
    const cut = this.#piece.subarray(0, count);
    this.#piece = this.#piece.subarray(count);
    this.#offset += count;
    return cut;
  }

  async #more(): Promise<boolean> {
    const next = await this.#stream.next();
    if (next.done === true) return false;
    this.#piece = next.value;
    return true;
  }
}

function paddedTo(count: number): number {
  return Math.ceil(count / blockBytes) * blockBytes;
}
