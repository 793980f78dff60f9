/** Values of a series as scripts write them: `1+2x3`, `_x4`, `stale`, `{{schema:0 …}}x2`. Source: promql/parser. */
import type { Histogram } from '../../../src/model/index.js';
import { addHistograms, parseHistogram, scaleHistogram } from './histogram-notation.js';

export interface SequenceValue {
  readonly kind: 'none' | 'stale' | 'float' | 'histogram';
  readonly value: number;
  readonly histogram?: Histogram | undefined;
}

export const omitted: SequenceValue = { kind: 'none', value: Number.NaN };
const stale: SequenceValue = { kind: 'stale', value: Number.NaN };

const number = String.raw`(?:(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|nan)`;
const histogram = String.raw`\{\{.*?\}\}`;
const item = new RegExp(
  String.raw`\s*(?:(_)(?:x(\d+))?|(stale)(?:x(\d+))?|(${histogram})(?:([+-])(${histogram}))?(?:x(\d+))?` +
    String.raw`|([+-]?${number})(?:([+-]${number}))?(?:x(\d+))?)(?=\s|$)`,
  'iy',
);

export function parseSequence(text: string): SequenceValue[] {
  const values: SequenceValue[] = [];
  const trimmed = text.trim();
  item.lastIndex = 0;
  while (item.lastIndex < trimmed.length) {
    const found = item.exec(trimmed);
    if (found === null) throw new Error(`unreadable values "${trimmed}"`);
    values.push(...valuesOf(found));
  }
  return values;
}

function valuesOf(found: RegExpExecArray): SequenceValue[] {
  const [, none, noneTimes, staleText, staleTimes, first, sign, added, histogramTimes, ...floats] = found;
  if (none !== undefined) return repeated(Number(noneTimes ?? 1), () => omitted);
  if (staleText !== undefined) return repeated(Number(staleTimes ?? 0) + 1, () => stale);
  if (first !== undefined) return histograms(first, sign, added, Number(histogramTimes ?? 0));
  const [start, step, times] = floats;
  const base = parseNumber(start as string);
  const increment = step === undefined ? 0 : parseNumber(step);
  let value = base;
  return repeated(Number(times ?? 0) + 1, () => {
    const current: SequenceValue = { kind: 'float', value };
    value += increment;
    return current;
  });
}

function histograms(
  first: string,
  sign: string | undefined,
  added: string | undefined,
  times: number,
): SequenceValue[] {
  let histogram = parseHistogram(first);
  const increment =
    added === undefined ? undefined : scaleHistogram(parseHistogram(added), sign === '-' ? -1 : 1);
  return repeated(times + 1, () => {
    const current: SequenceValue = { kind: 'histogram', value: 0, histogram };
    if (increment !== undefined) histogram = addHistograms(histogram, increment);
    return current;
  });
}

function repeated(times: number, make: () => SequenceValue): SequenceValue[] {
  return Array.from({ length: times }, make);
}

export function parseNumber(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const plain = text.replace(/^[+-]/, '').replaceAll('_', '');
  if (/^inf(inity)?$/i.test(plain)) return sign * Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(plain)) return Number.NaN;
  const value = Number(plain);
  if (Number.isNaN(value)) throw new Error(`unreadable number "${text}"`);
  return sign * value;
}

/** A metric and the rest of its line. */
export function splitSeries(line: string): { metric: string; rest: string } {
  let quote = '';
  let depth = 0;
  for (let i = 0; i < line.length; i++) {
    const character = line[i] as string;
    if (quote !== '') {
      if (character === '\\') i++;
      else if (character === quote) quote = '';
    } else if ('"\'`'.includes(character)) quote = character;
    else if (character === '{') depth++;
    else if (character === '}') depth--;
    else if (depth === 0 && /\s/.test(character) && !/^\s*\{(?!\{)/.test(line.slice(i))) {
      return { metric: line.slice(0, i), rest: line.slice(i) };
    }
  }
  return { metric: line, rest: '' };
}
