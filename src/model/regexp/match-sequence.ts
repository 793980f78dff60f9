import { type Sequence, textsOf } from './shape.js';

/** More ways to take a bounded gap at either end than this are left to the engine. */
const maxEndChoices = 8;

interface TextPart {
  readonly kind: 'text';
  /** Shortest first. */
  readonly values: readonly string[];
}
interface OpenGap {
  readonly kind: 'gap';
  readonly min: number;
}
interface EdgeGap {
  readonly min: number;
  readonly max: number;
}

/** A row of texts with gaps without upper bound between them; only the outermost gaps may be bounded. */
interface SequencePlan {
  readonly leading: EdgeGap;
  readonly trailing: EdgeGap;
  readonly parts: readonly (TextPart | OpenGap)[];
}

export type TextTest = (value: string) => boolean;

/**
 * A test for the whole of a text against a row, without an engine and in one pass: where every gap is open
 * upwards, taking each text at its earliest end leaves the most room for what follows, so nothing is ever
 * tried twice. Undefined for rows it cannot do.
 */
export function planSequence(row: Sequence): TextTest | undefined {
  const texts = textsOf(row);
  if (texts !== undefined) {
    const set = new Set(texts);
    return set.size === 1 ? (value) => value === texts[0] : (value) => set.has(value);
  }
  const plan = toPlan(row);
  return plan && ((value) => matchPlan(plan, value));
}

const noGap: EdgeGap = { min: 0, max: 0 };

function toPlan(row: Sequence): SequencePlan | undefined {
  let leading = noGap;
  let trailing = noGap;
  const parts: (TextPart | OpenGap)[] = [];
  for (let i = 0; i < row.length; i++) {
    const item = row[i];
    if (item?.kind === 'text') {
      const values = [...item.values].sort((a, b) => a.length - b.length);
      parts.push({ kind: 'text', values });
    } else if (item?.kind === 'gap') {
      if (item.max === Number.POSITIVE_INFINITY) parts.push({ kind: 'gap', min: item.min });
      else if (i === 0) leading = item;
      else if (i === row.length - 1) trailing = item;
      else return undefined;
    } else {
      return undefined;
    }
  }
  const choices = (leading.max - leading.min + 1) * (trailing.max - trailing.min + 1);
  return choices > maxEndChoices ? undefined : { leading, trailing, parts };
}

function matchPlan({ leading, trailing, parts }: SequencePlan, value: string): boolean {
  let start = skipForward(value, 0, leading.min);
  for (let skipped = leading.min; skipped <= leading.max && start >= 0; skipped++) {
    let end = skipBackward(value, value.length, trailing.min);
    for (let cut = trailing.min; cut <= trailing.max && end >= start; cut++) {
      if (matchParts(parts, value, { start, end })) return true;
      end = skipBackward(value, end, 1);
    }
    start = skipForward(value, start, 1);
  }
  return false;
}

function matchParts(
  parts: readonly (TextPart | OpenGap)[],
  value: string,
  { start, end }: { start: number; end: number },
): boolean {
  let at = start;
  let afterGap = false;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as TextPart | OpenGap;
    if (part.kind === 'gap') {
      at = skipForward(value, at, part.min);
      if (at < 0 || at > end) return false;
      afterGap = true;
      continue;
    }
    if (i === parts.length - 1) return endsWithOne(part.values, value, { from: at, end, isFixed: !afterGap });
    at = afterGap ? earliestEnd(part.values, value, at) : endOfPrefix(part.values, value, at);
    if (at < 0 || at > end) return false;
    afterGap = false;
  }
  return afterGap || at === end;
}

/** Whether the stretch ends with one of the texts; where it is fixed, it is that text and nothing else. */
function endsWithOne(
  values: readonly string[],
  value: string,
  { from, end, isFixed }: { from: number; end: number; isFixed: boolean },
): boolean {
  for (const text of values) {
    const start = end - text.length;
    if ((isFixed ? start === from : start >= from) && value.startsWith(text, start)) return true;
  }
  return false;
}

function endOfPrefix(values: readonly string[], value: string, from: number): number {
  for (const text of values) if (value.startsWith(text, from)) return from + text.length;
  return -1;
}

function earliestEnd(values: readonly string[], value: string, from: number): number {
  let earliest = -1;
  for (const text of values) {
    const found = value.indexOf(text, from);
    if (found >= 0 && (earliest < 0 || found + text.length < earliest)) earliest = found + text.length;
  }
  return earliest;
}

/** `count` code points on from `at`, or -1 beyond the end. */
function skipForward(value: string, at: number, count: number): number {
  let to = at;
  for (let i = 0; i < count; i++) {
    const codePoint = value.codePointAt(to);
    if (codePoint === undefined) return -1;
    to += codePoint > 0xffff ? 2 : 1;
  }
  return to;
}

function skipBackward(value: string, at: number, count: number): number {
  let to = at;
  for (let i = 0; i < count; i++) {
    if (to <= 0) return -1;
    to -= to >= 2 && (value.codePointAt(to - 2) as number) > 0xffff ? 2 : 1;
  }
  return to;
}
