/** Lines `metric{…}@st -1m-30sx3`, which say when the samples of the next line began to count. */
import { parseSignedDuration } from '../base/index.js';
import type { Labels } from '../model/index.js';
import { parseSeries } from './parse-series.js';
import type { ScriptLines } from './script-lines.js';

export interface StartLine {
  readonly line: number;
  readonly labels: Labels;
  /** From each sample to its start timestamp; undefined for a sample without. */
  readonly offsetsMs: readonly (number | undefined)[];
}

const firstBlank = /[\t ]/;

export function isStartLine(line: string): boolean {
  const end = line.search(firstBlank);
  return end >= 0 && line.slice(0, end).endsWith('@st');
}

export function parseStartLine(line: string, lines: ScriptLines): StartLine {
  const end = line.search(firstBlank);
  const { labels } = parseSeries(`${line.slice(0, end - '@st'.length)} _`, lines);
  const items = line.slice(end).split(/[\t\f\v\r ]+/);
  const offsetsMs = items.filter((item) => item !== '').flatMap((item) => parseItem(item, lines));
  return { line: lines.number, labels, offsetsMs };
}

const omitted = /^_(?:x([0-9]+))?$/;
const duration = '[+-]?[0-9]+[a-wyzA-WYZ]*';
const offsets = new RegExp(`^(${duration})(?:([+-])(${duration})(?=x))?(?:x([0-9]+))?$`);

function parseItem(item: string, lines: ScriptLines): (number | undefined)[] {
  const invalid = (why: string): Error =>
    lines.error(`invalid @st sequence: invalid ST item ${JSON.stringify(item)}: ${why}`);
  const none = omitted.exec(item);
  if (none !== null) {
    const count = none[1] === undefined ? 1 : repetition(none[1], invalid);
    if (count === 0) throw invalid('invalid repeat count');
    return new Array<undefined>(count).fill(undefined);
  }
  const found = offsets.exec(item);
  if (found === null) throw invalid('expected a duration, as in -1m, -1mx3 or -1m-30sx3');
  const ms = (text: string): number => {
    const parsed = parseSignedDuration(text.replace(/^\+/, ''));
    if (!parsed.ok) throw invalid(parsed.error);
    return parsed.ms;
  };
  const [, first, sign, step, times] = found;
  const base = ms(first as string);
  const increment = step === undefined ? 0 : ms(step) * (sign === '-' ? -1 : 1);
  const count = times === undefined ? 1 : repetition(times, invalid) + 1;
  return Array.from({ length: count }, (_, i) => base + i * increment);
}

/** As many as a described series may have. */
const maxRepetition = 10_000_000;

function repetition(digits: string, invalid: (why: string) => Error): number {
  const count = Number(digits);
  if (count > maxRepetition) throw invalid('invalid repeat count');
  return count;
}
