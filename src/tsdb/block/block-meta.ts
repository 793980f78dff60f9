import * as path from 'node:path';
import {
  CorruptionError,
  type Disk,
  decodeUtf8,
  encodeUtf8,
  readRegularFile,
  writeFileDurably,
} from '../../base/index.js';

export const metaFileName = 'meta.json';
const version = 1;

/** What a block says of itself, in `meta.json`. Source: tsdb/block.go `BlockMeta`. */
export interface BlockMeta {
  readonly ulid: string;
  /** Of the samples; the first that may be there. */
  readonly mintMs: number;
  /** The first that may not: `maxTime` of the file. */
  readonly endMs: number;
  readonly stats: BlockStats;
  readonly compaction: BlockCompaction;
}

/** Absent stands for 0, as in the file. */
export interface BlockStats {
  readonly numSamples?: number;
  readonly numFloatSamples?: number;
  readonly numHistogramSamples?: number;
  readonly numSeries?: number;
  readonly numChunks?: number;
  readonly numTombstones?: number;
}

export interface BlockCompaction {
  /** 1 for a block cut from the head. */
  readonly level: number;
  /** Blocks cut from the head that went into it; itself for level 1. */
  readonly sources?: readonly string[];
  readonly deletable?: boolean;
  readonly parents?: readonly BlockParent[];
  readonly failed?: boolean;
  readonly hints?: readonly string[];
}

export interface BlockParent {
  readonly ulid: string;
  readonly mintMs: number;
  readonly endMs: number;
}

/** Throws `CorruptionError`, or the system's error. Fields that are not known are passed over. */
export async function readBlockMeta(disk: Disk, directory: string): Promise<BlockMeta> {
  const file = path.join(directory, metaFileName);
  return parseBlockMeta(decodeUtf8(await readRegularFile(disk, file)), file);
}

/** Answers the size of the file. */
export async function writeBlockMeta(disk: Disk, directory: string, meta: BlockMeta): Promise<number> {
  const bytes = encodeUtf8(formatBlockMeta(meta));
  await writeFileDurably(disk, path.join(directory, metaFileName), bytes);
  return bytes.length;
}

type Fields = Readonly<Record<string, unknown>>;

function isInt64(value: unknown): boolean {
  return Number.isInteger(value) && Math.abs(value as number) <= 2 ** 63;
}

/** Reads values of an object whose form is not known yet. */
class FieldReader {
  readonly #fields: Fields;
  readonly #file: string;

  constructor(value: unknown, file: string, what: string) {
    this.#file = file;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      this.#fail(`an object as ${what}`);
    this.#fields = value as Fields;
  }

  #fail(expected: string): never {
    throw new CorruptionError({ path: this.#file, offset: 0, expected, found: 'something else' });
  }

  #optional<T>(name: string, isValid: (value: unknown) => boolean, what: string): T | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    if (!isValid(value)) this.#fail(`${what} in "${name}"`);
    return value as T;
  }

  number(name: string): number | undefined {
    return this.#optional(name, isInt64, 'a whole number of 64 bits');
  }

  text(name: string): string | undefined {
    return this.#optional(name, (value) => typeof value === 'string', 'a text');
  }

  flag(name: string): boolean | undefined {
    return this.#optional(name, (value) => typeof value === 'boolean', 'true or false');
  }

  texts(name: string): readonly string[] | undefined {
    return this.list(name)?.map((value) => {
      if (typeof value !== 'string') this.#fail(`texts in "${name}"`);
      return value;
    });
  }

  list(name: string): readonly unknown[] | undefined {
    return this.#optional(name, Array.isArray, 'a list');
  }

  /** Names of fields, save those. */
  namesBut(known: ReadonlySet<string>): string[] {
    return Object.keys(this.#fields).filter((name) => !known.has(name));
  }

  object(name: string, isRequired = false): FieldReader {
    return new FieldReader(this.#fields[name] ?? (isRequired ? undefined : {}), this.#file, `"${name}"`);
  }

  required<T>(value: T | undefined, name: string): T {
    if (value === undefined) this.#fail(`"${name}"`);
    return value;
  }
}

/** `file` is what errors name; `expected` its version. */
export function parseBlockMeta(text: string, file: string, expected = version): BlockMeta {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new CorruptionError({ path: file, offset: 0, expected: 'JSON', found: 'something else', cause });
  }
  const fields = new FieldReader(parsed, file, 'the whole');
  const found = fields.number('version') ?? 0;
  if (found !== expected) {
    throw new CorruptionError({ path: file, offset: 0, expected: `version ${expected}`, found: `${found}` });
  }
  return {
    ulid: fields.required(fields.text('ulid'), 'ulid'),
    mintMs: fields.required(fields.number('minTime'), 'minTime'),
    endMs: fields.required(fields.number('maxTime'), 'maxTime'),
    stats: parseStats(fields.object('stats')),
    compaction: parseCompaction(fields.object('compaction', true), file),
  };
}

function parseStats(fields: FieldReader): BlockStats {
  return withoutAbsent({
    numSamples: fields.number('numSamples'),
    numFloatSamples: fields.number('numFloatSamples'),
    numHistogramSamples: fields.number('numHistogramSamples'),
    numSeries: fields.number('numSeries'),
    numChunks: fields.number('numChunks'),
    numTombstones: fields.number('numTombstones'),
  });
}

const compactionFields: ReadonlySet<string> = new Set([
  'level',
  'sources',
  'deletable',
  'parents',
  'failed',
  'hints',
]);

/** A field that is not known is a hint that is not known: it may be `hints` with a bit turned. */
function parseCompaction(fields: FieldReader, file: string): BlockCompaction {
  const hints = [...(fields.texts('hints') ?? []), ...fields.namesBut(compactionFields)];
  const parents = fields.list('parents')?.map((value): BlockParent => {
    const parent = new FieldReader(value, file, 'a parent');
    return {
      ulid: parent.text('ulid') ?? '',
      mintMs: parent.number('minTime') ?? 0,
      endMs: parent.number('maxTime') ?? 0,
    };
  });
  return {
    level: fields.number('level') ?? 0,
    ...withoutAbsent({
      sources: fields.texts('sources'),
      deletable: fields.flag('deletable'),
      parents,
      failed: fields.flag('failed'),
      hints: hints.length > 0 ? hints : undefined,
    }),
  };
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutAbsent<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}

/** As Go leaves fields out: zeros, false, empty lists. */
function withoutEmpty(fields: Fields): Fields {
  const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value && !isEmpty(value)));
}

/** The text of the file, byte for byte as upstream writes it. */
export function formatBlockMeta(meta: BlockMeta): string {
  const { stats, compaction } = meta;
  const fields = {
    ulid: meta.ulid,
    minTime: meta.mintMs,
    maxTime: meta.endMs,
    stats: withoutEmpty({
      numSamples: stats.numSamples,
      numFloatSamples: stats.numFloatSamples,
      numHistogramSamples: stats.numHistogramSamples,
      numSeries: stats.numSeries,
      numChunks: stats.numChunks,
      numTombstones: stats.numTombstones,
    }),
    compaction: {
      level: compaction.level,
      ...withoutEmpty({
        sources: compaction.sources,
        deletable: compaction.deletable,
        parents: compaction.parents?.map(({ ulid, mintMs, endMs }) => ({
          ulid,
          minTime: mintMs,
          maxTime: endMs,
        })),
        failed: compaction.failed,
        hints: compaction.hints,
      }),
    },
    version,
  };
  return JSON.stringify(fields, undefined, '\t').replace(/[<>&\u2028\u2029]/g, escapeAsGo);
}

function escapeAsGo(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
