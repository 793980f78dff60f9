/** Small sound indexes of versions 1, 2 and 3, with the places of their parts. */
import { ByteWriter, compareUtf8 } from '../../../src/base/index.js';
import { crc32c } from '../../../src/kernels/index.js';
import type { Labels } from '../../../src/model/index.js';
import type { FuzzRegion } from './fuzz-input.js';
import { soundLabels } from './wal-sounds.js';

export interface SoundIndex {
  readonly bytes: Uint8Array;
  /** Bytes that a checksum is of, which stands behind them. */
  readonly sums: readonly FuzzRegion[];
  readonly parts: Readonly<Record<IndexPart, FuzzRegion>>;
  readonly ids: readonly number[];
}

export type IndexPart =
  | 'header'
  | 'symbols'
  | 'series'
  | 'labelIndices'
  | 'labelTable'
  | 'postings'
  | 'table'
  | 'toc';

const seriesCount = 5;
const firstMs = 1_700_000_000_000;

class IndexSketch {
  readonly out = new ByteWriter();
  readonly sums: FuzzRegion[] = [];
  readonly version: number;
  readonly parts: Partial<Record<IndexPart, FuzzRegion>> = {};

  constructor(version: number) {
    this.version = version;
    this.out.u32(0xbaaad700);
    this.out.byte(version);
    this.parts.header = { from: 0, to: 5 };
  }

  get at(): number {
    return this.out.length;
  }

  pad(size: number): void {
    while (this.at % size !== 0) this.out.byte(0);
  }

  /** Checksum of what stands from `from` to here. */
  sum(from: number): void {
    this.sums.push({ from, to: this.at });
    this.out.u32(crc32c(this.out.written.subarray(from)));
  }

  /** Length, bytes, checksum; answers where it begins. */
  section(body: Uint8Array): number {
    const start = this.at;
    this.out.u32(body.length);
    this.out.raw(body);
    this.sum(start + 4);
    return start;
  }

  part(name: IndexPart, write: () => void): number {
    const from = this.at;
    write();
    this.parts[name] = { from, to: this.at };
    return from;
  }
}

function bodyOf(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter();
  write(out);
  return out.take();
}

function writeWords(out: ByteWriter, words: readonly number[]): void {
  for (const word of words) out.u32(word);
}

function pairsOf(series: readonly Labels[]): Map<string, number[]> {
  const pairs = new Map<string, number[]>([['\u0000', []]]);
  series.forEach(({ pairs: texts }, i) => {
    (pairs.get('\u0000') as number[]).push(i);
    for (let at = 0; at < texts.length; at += 2) {
      const key = `${texts[at]}\u0000${texts[at + 1]}`;
      pairs.set(key, [...(pairs.get(key) ?? []), i]);
    }
  });
  return new Map([...pairs].sort(([a], [b]) => compareUtf8(a, b)));
}

/** The symbols' numbers; in version 1 their places in the file. */
function writeSymbols(sketch: IndexSketch, texts: readonly string[]): Map<string, number> {
  const numbers = new Map<string, number>();
  const body = bodyOf((out) => {
    out.u32(texts.length);
    for (const text of texts) {
      numbers.set(text, sketch.version === 1 ? sketch.at + 4 + out.length : numbers.size);
      out.text(text);
    }
  });
  sketch.section(body);
  return numbers;
}

function writeSeries(
  sketch: IndexSketch,
  series: readonly Labels[],
  symbols: ReadonlyMap<string, number>,
): number[] {
  return series.map(({ pairs, size }, i) => {
    if (sketch.version > 1) sketch.pad(16);
    const id = sketch.version === 1 ? sketch.at : sketch.at / 16;
    const body = bodyOf((out) => {
      out.uvarint(size);
      for (const text of pairs) out.uvarint(symbols.get(text) as number);
      out.uvarint(i);
      for (let chunk = 0; chunk < i; chunk++) {
        if (chunk === 0) out.varint(firstMs);
        else out.uvarint(15_000);
        out.uvarint(1_800_000);
        if (chunk === 0) out.uvarint(8 + 100 * i);
        else out.varint(50);
      }
    });
    sketch.out.uvarint(body.length);
    const from = sketch.at;
    sketch.out.raw(body);
    sketch.sum(from);
    return id;
  });
}

export function soundIndex(version: number): SoundIndex {
  const sketch = new IndexSketch(version);
  const series = Array.from({ length: seriesCount }, (_, i) => soundLabels(i));
  const texts = [...new Set(series.flatMap(({ pairs }) => [...pairs]))].sort(compareUtf8);
  let numbers = new Map<string, number>();
  let ids: number[] = [];
  const symbols = sketch.part('symbols', () => {
    numbers = writeSymbols(sketch, texts);
  });
  const seriesAt = sketch.part('series', () => {
    ids = writeSeries(sketch, series, numbers);
  });
  sketch.pad(4);
  const labelIndices = sketch.part('labelIndices', () => {
    sketch.section(
      bodyOf((out) => {
        for (const word of [1, texts.length, ...texts.keys()]) out.u32(word);
      }),
    );
  });
  sketch.pad(4);
  const places = new Map<string, number>();
  const postings = sketch.part('postings', () => {
    for (const [key, rows] of pairsOf(series)) {
      sketch.pad(4);
      const words = [rows.length, ...rows.map((row) => ids[row] as number)];
      places.set(key, sketch.section(bodyOf((out) => writeWords(out, words))));
    }
  });
  const labelTable = sketch.part('labelTable', () => {
    sketch.section(
      bodyOf((out) => {
        out.u32(1);
        out.uvarint(1);
        out.text('job');
        out.uvarint(labelIndices);
      }),
    );
  });
  const table = sketch.part('table', () => {
    sketch.section(
      bodyOf((out) => {
        out.u32(places.size);
        for (const [key, offset] of places) {
          const [name = '', value = ''] = key.split('\u0000');
          out.uvarint(2);
          out.text(name);
          out.text(value);
          out.uvarint(offset);
        }
      }),
    );
  });
  sketch.part('toc', () => {
    const from = sketch.at;
    for (const offset of [symbols, seriesAt, labelIndices, labelTable, postings, table])
      sketch.out.u64(offset);
    sketch.sum(from);
  });
  const parts = sketch.parts as Record<IndexPart, FuzzRegion>;
  return { bytes: sketch.out.take(), sums: sketch.sums, parts, ids };
}
