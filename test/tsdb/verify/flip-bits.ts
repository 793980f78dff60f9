import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Disk, seededRandom } from '../../../src/base/index.js';
import type { Kernels } from '../../../src/kernels/index.js';
import { type Finding, verifyTarget } from '../../../src/tsdb/verify/index.js';
import { sharedPath } from '../../support/shared.js';
import { MemoryDisk } from './memory-disk.js';

/** Blocks and logs of the corpus, small enough to be read thousands of times. */
export function flipTargets(): string[] {
  const found: string[] = [];
  for (const set of ['awkward-block', 'capture-ooo', 'capture-v3']) {
    const data = sharedPath('corpus', 'tsdb', set, 'data');
    if (data === undefined) continue;
    for (const name of readdirSync(data)) if (name !== 'chunks_head') found.push(path.join(data, name));
    if (set === 'capture-ooo') found.push(path.join(data, 'chunks_head'));
  }
  const version1 = sharedPath('corpus', 'tsdb', 'upstream', 'index_format_v1');
  if (version1 !== undefined) found.push(version1);
  return found;
}

export interface Missed {
  readonly file: string;
  readonly offset: number;
  readonly bit: number;
  /** The byte as it was. */
  readonly byte: number;
  readonly bytes: Uint8Array;
}

/** Findings of damage. Rejects where verify itself fails. */
export async function damagesOf(disk: Disk, target: string, kernels: Kernels): Promise<Finding[]> {
  const findings: Finding[] = [];
  const onFinding = (finding: Finding): void => {
    if (finding.severity === 'damage') findings.push(finding);
  };
  await verifyTarget({ disk, path: target, kernels, onFinding });
  return findings;
}

/** Flips one bit at a time in files chosen at random, each as likely as another, and answers what was not found. */
export async function flipBits(options: {
  readonly targets: readonly string[];
  readonly count: number;
  readonly seed: number;
  readonly kernels: Kernels;
  /** Larger targets are left out. */
  readonly mostBytes: number;
}): Promise<{ readonly missed: readonly Missed[]; readonly flips: number }> {
  const random = seededRandom(options.seed);
  const loaded = options.targets
    .map((target) => ({ target, memory: new MemoryDisk().load(target) }))
    .filter(({ memory }) => sizeOf(memory) <= options.mostBytes);
  const places = loaded.flatMap(({ target, memory }) =>
    [...memory.files]
      .filter(([, bytes]) => bytes.length > 0)
      .map(([file, bytes]) => ({ target, memory, file, bytes })),
  );
  const missed: Missed[] = [];
  for (let i = 0; i < options.count; i++) {
    const place = places[Math.floor(random.float() * places.length)];
    if (place === undefined) break;
    const { bytes, file, memory, target } = place;
    const offset = Math.floor(random.float() * bytes.length);
    const bit = Math.floor(random.float() * 8);
    const byte = bytes[offset] as number;
    bytes[offset] = byte ^ (1 << bit);
    try {
      const damages = await damagesOf(memory.disk, target, options.kernels);
      if (damages.length === 0) missed.push({ file, offset, bit, byte, bytes });
    } finally {
      bytes[offset] = byte;
    }
  }
  return { missed, flips: options.count };
}

interface Uncovered {
  readonly metaFields: { readonly compared: readonly string[] };
  readonly indexVersion: { readonly offset: number; readonly alike: readonly number[] };
  readonly fragmentHeaders: {
    readonly masks: readonly { readonly compression: string; readonly mask: number }[];
  };
}

const uncovered = JSON.parse(readFileSync('test/tsdb/verify/uncovered.json', 'utf8')) as Uncovered;

/** Whether the data say why this flip is not found. */
export function isExplained({ file, offset, bit, byte, bytes }: Missed): boolean {
  if (file.endsWith('meta.json')) {
    const changed = bytes.slice();
    changed[offset] = byte ^ (1 << bit);
    const before = JSON.parse(Buffer.from(bytes).toString()) as object;
    const after = JSON.parse(Buffer.from(changed).toString()) as object;
    // A directory of another name does not tell the ulid.
    const isNamed = file.includes(String(fieldOf(before, 'ulid')));
    const compared = uncovered.metaFields.compared.filter((name) => isNamed || name !== 'ulid');
    return compared.every((name) => fieldOf(before, name) === fieldOf(after, name));
  }
  if (path.basename(file) === 'index') {
    const { offset: versionAt, alike } = uncovered.indexVersion;
    return offset === versionAt && alike.includes(byte) && alike.includes(byte ^ (1 << bit));
  }
  const kind = headersOf(bytes).get(offset);
  return uncovered.fragmentHeaders.masks.some(
    ({ compression, mask }) =>
      (compression === 'any' || compression === kind) && kind !== undefined && (mask & (1 << bit)) !== 0,
  );
}

function fieldOf(value: unknown, name: string): unknown {
  let found = value;
  for (const key of name.split('.')) found = (found as Record<string, unknown> | undefined)?.[key];
  return found ?? 0;
}

const pageBytes = 32_768;

/** Where the fragments of a segment begin, and how each is compressed. */
export function headersOf(bytes: Uint8Array): Map<number, string> {
  const headers = new Map<number, string>();
  for (let page = 0; page < bytes.length; page += pageBytes) {
    const end = Math.min(page + pageBytes, bytes.length);
    for (let at = page; at < end; ) {
      const header = bytes[at] as number;
      const kind = header & 7;
      if (kind === 0) headers.set(at, 'padding');
      else if (kind === 2 || kind === 3) headers.set(at, 'continued');
      else headers.set(at, (header & 8) !== 0 ? 'snappy' : (header & 16) !== 0 ? 'zstd' : 'none');
      if (kind === 0) break;
      at += 7 + ((bytes[at + 1] as number) << 8) + (bytes[at + 2] as number);
    }
  }
  return headers;
}

function sizeOf({ files }: MemoryDisk): number {
  return [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
}
