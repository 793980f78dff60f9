import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { systemClock, systemDisk } from '../../../src/base/index.js';
import type { Matcher } from '../../../src/model/index.js';
import { parseMetricSelector } from '../../../src/promql/index.js';
import { type DumpForm, dumpDatabase } from '../../../src/tsdb/index.js';
import { sharedPath } from '../../support/shared.js';

export const corpusSets = [
  'awkward-block',
  'capture-main',
  'capture-ooo',
  'capture-v3',
  'capture-v3-snapshot',
];

export interface CorpusSet {
  /** With an empty `wal` folder where the set has none, as the recordings were made. */
  readonly data: string;
  readonly expected: string;
}

export function corpusSet(name: string): CorpusSet | undefined {
  const folder = sharedPath('corpus', 'tsdb', name);
  if (folder === undefined) return undefined;
  return { data: withLog(path.join(folder, 'data')), expected: path.join(folder, 'expected') };
}

/** The directory, or a copy of it with an empty log. */
export function withLog(data: string): string {
  if (existsSync(path.join(data, 'wal'))) return data;
  const copy = mkdtempSync(path.join(tmpdir(), 'tsprom-inspect-'));
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  cpSync(data, copy, { recursive: true });
  mkdirSync(path.join(copy, 'wal'));
  return copy;
}

export function readExpected(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}

export interface Dumped {
  readonly text: string;
  readonly damages: readonly string[];
}

export async function dumpText(
  directory: string,
  form: DumpForm,
  options: { selectors?: readonly string[]; mintMs?: number; maxtMs?: number } = {},
): Promise<Dumped> {
  const { selectors = [`{__name__=~'(?s:.*)'}`] } = options;
  const { mintMs = Number.NEGATIVE_INFINITY, maxtMs = Number.POSITIVE_INFINITY } = options;
  const pieces: Uint8Array[] = [];
  const damages: string[] = [];
  await dumpDatabase({
    disk: systemDisk,
    clock: systemClock,
    directory,
    window: { mintMs, maxtMs },
    selectors: selectors.map((text): readonly Matcher[] => parseMetricSelector(text)),
    form,
    write: (piece) => void pieces.push(piece.slice()),
    onDamage: (text) => void damages.push(text),
  });
  return { text: Buffer.concat(pieces).toString(), damages };
}

export interface SeriesDigest {
  readonly series: string;
  readonly samples: number;
  readonly first: number;
  readonly last: number;
  readonly sha256: string;
}

/** The lines of a dump by their series, in the order of its first line. */
export function linesBySeries(text: string): Map<string, string[]> {
  const bySeries = new Map<string, string[]>();
  let prefix = '?';
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    if (!line.startsWith(prefix)) {
      const series = seriesOf(line);
      prefix = `${series} `;
      lines = bySeries.get(series) ?? [];
      bySeries.set(series, lines);
    }
    lines.push(line);
  }
  return bySeries;
}

/** What the set's own digests say of the lines of a dump. */
export function digestsOf(bySeries: ReadonlyMap<string, readonly string[]>): Map<string, SeriesDigest> {
  const digests = new Map<string, SeriesDigest>();
  for (const [series, lines] of bySeries) {
    const timeAt = (line: string): number => line.lastIndexOf(' ') + 1;
    const timeOf = (line = ''): number => Number(line.slice(timeAt(line)));
    const rows = lines.map(
      (line) => `${line.slice(timeAt(line))} ${line.slice(series.length + 1, timeAt(line) - 1)}\n`,
    );
    const sha256 = createHash('sha256').update(rows.join('')).digest('hex');
    const [first, last] = [timeOf(lines[0]), timeOf(lines.at(-1))];
    digests.set(series, { series, samples: lines.length, first, last, sha256 });
  }
  return digests;
}

/** Of `{labels} value time`: values are quoted, so that the first brace outside of quotes ends the labels. */
function seriesOf(line: string): string {
  let isQuoted = false;
  let end = 0;
  for (; end < line.length; end++) {
    const character = line[end];
    if (isQuoted && character === '\\') end++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === '}') break;
  }
  return line.slice(0, end + 1);
}

/** Counted entries in lists whose equals come in any order: of a list that is cut, the last count has no names. */
export function withoutTies(text: string, limit: number): string {
  const out: string[] = [];
  let run: { line: string; count: string }[] = [];
  const flush = (): void => {
    const last = run.length >= limit ? run.at(-1)?.count : undefined;
    out.push(...run.map(({ line, count }) => (count === last ? count : line)).sort());
    run = [];
  };
  for (const line of text.split('\n')) {
    const count = /^(\d+) /.exec(line)?.[1];
    const before = run.at(-1);
    // A label value may hold the end of a line.
    if (count === undefined && before !== undefined && line !== '') before.line += `\n${line}`;
    else if (count === undefined) {
      flush();
      out.push(line);
    } else run.push({ line, count });
  }
  flush();
  return out.join('\n');
}
