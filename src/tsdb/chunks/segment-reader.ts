import * as path from 'node:path';
import { CorruptionError, type Disk, type DiskFile } from '../../base/index.js';
import { splitChunkRef } from '../index/index.js';
import { chunkFileHeaderBytes, chunkFileSequence, chunksMagic, chunksVersion } from './format.js';

export interface ChunkSegment {
  readonly file: DiskFile;
  readonly sizeBytes: number;
}

/** The open segment files of a block, by their place in the order of their names. */
export class ChunkSegments {
  readonly directory: string;
  readonly segments: readonly ChunkSegment[];

  constructor(directory: string, segments: readonly ChunkSegment[]) {
    this.directory = directory;
    this.segments = segments;
  }

  get sizeBytes(): number {
    return this.segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** The file of a chunk and the chunk's offset there; throws where there is no such file or place. */
  locate(ref: number): { readonly segment: ChunkSegment; readonly offset: number } {
    const { segment: index, offset } = splitChunkRef(ref);
    const segment = this.segments[index];
    if (segment === undefined) {
      throw new CorruptionError({
        path: this.directory,
        offset,
        expected: `a chunk in one of ${this.segments.length} files`,
        found: `one in file ${index + 1}`,
      });
    }
    if (offset < chunkFileHeaderBytes || offset >= segment.sizeBytes) {
      throw new CorruptionError({
        path: segment.file.path,
        offset,
        expected: 'a chunk within the file',
        found: `a file of ${segment.sizeBytes} bytes`,
      });
    }
    return { segment, offset };
  }

  async close(): Promise<void> {
    await Promise.all(this.segments.map(({ file }) => file.close()));
  }
}

/** Opens all segment files in a block's directory of chunks and checks their headers. */
export async function openChunkSegments(disk: Disk, directory: string): Promise<ChunkSegments> {
  const opened: ChunkSegment[] = [];
  try {
    for (const name of await segmentNames(disk, directory)) {
      const file = await disk.open(path.join(directory, name), 'read');
      opened.push({ file, sizeBytes: await file.sizeBytes() });
      checkHeader(file, chunksMagic);
    }
  } catch (error) {
    await Promise.all(opened.map(({ file }) => file.close()));
    throw error;
  }
  return new ChunkSegments(directory, opened);
}

async function segmentNames(disk: Disk, directory: string): Promise<string[]> {
  const found: { name: string; sequence: number }[] = [];
  for (const { name, isDirectory } of await disk.list(directory)) {
    const sequence = chunkFileSequence(name);
    if (!isDirectory && sequence !== undefined) found.push({ name, sequence });
  }
  return found.sort((a, b) => a.sequence - b.sequence).map(({ name }) => name);
}

/** Throws `CorruptionError` unless the file begins with the magic number and the version that are known. */
export function checkHeader(file: DiskFile, magic: number): void {
  const header = new Uint8Array(chunkFileHeaderBytes);
  const count = file.readSync(header, 0);
  const fail = (offset: number, expected: string, found: string): never => {
    throw new CorruptionError({ path: file.path, offset, expected, found });
  };
  if (count < header.length) fail(0, `a header of ${header.length} bytes`, `${count} bytes`);
  const found = new DataView(header.buffer).getUint32(0);
  if (found !== magic) fail(0, `magic number ${magic.toString(16)}`, found.toString(16));
  if (header[4] !== chunksVersion) fail(4, `version ${chunksVersion}`, `${header[4]}`);
}
