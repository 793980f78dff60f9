/**
 * What is known of the texts a pattern matches, without an engine: alternatives, each a row of literal
 * texts, gaps of any characters, anchors, and opaque parts, of which nothing is known.
 */
export type Item =
  /** One of these texts. */
  | { readonly kind: 'text'; readonly values: readonly string[] }
  /** So many characters (code points) of any kind. */
  | { readonly kind: 'gap'; readonly min: number; readonly max: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'opaque' };

export type Sequence = readonly Item[];
/** Alternatives, in the pattern's order. */
export type Shape = readonly Sequence[];

/** Beyond these a shape would cost more than it saves; what does not fit becomes opaque. */
export const maxSetMatches = 256;
const maxProduct = 64;
const maxAlternatives = 4096;
const maxTextUnits = 65_536;

export const emptyShape: Shape = [[]];
export const opaqueShape: Shape = [[{ kind: 'opaque' }]];

export function textShape(values: readonly string[]): Shape {
  return [[{ kind: 'text', values }]];
}

export function gapShape(min: number, max: number): Shape {
  return [[{ kind: 'gap', min, max }]];
}

export function anchorShape(kind: 'start' | 'end'): Shape {
  return [[{ kind }]];
}

export function concatShapes(shapes: readonly Shape[]): Shape {
  let whole: Item[][] = [[]];
  for (const shape of shapes) {
    const following = whole.length * shape.length > maxProduct ? opaqueShape : shape;
    const [only] = following;
    if (following.length === 1 && only !== undefined) {
      // Rows grow in place, so that long patterns stay linear.
      for (const row of whole) append(row, only);
      continue;
    }
    whole = whole.flatMap((before) =>
      following.map((after) => {
        const joined = [...before];
        append(joined, after);
        return joined;
      }),
    );
  }
  return whole;
}

/** Adds `after` to the row, joining texts with texts and gaps with gaps where they meet. */
function append(row: Item[], after: Sequence): void {
  for (const item of after) {
    const last = row.at(-1);
    if (last?.kind === 'text' && item.kind === 'text') {
      const values = crossProduct(last.values, item.values);
      if (values === undefined) row.push({ kind: 'opaque' });
      else row[row.length - 1] = { kind: 'text', values };
    } else if (last?.kind === 'gap' && item.kind === 'gap') {
      row[row.length - 1] = { kind: 'gap', min: last.min + item.min, max: last.max + item.max };
    } else {
      row.push(item);
    }
  }
}

function crossProduct(firsts: readonly string[], seconds: readonly string[]): string[] | undefined {
  const count = firsts.length * seconds.length;
  if (count === 1) return [`${firsts[0]}${seconds[0]}`];
  const units = unitsOf(firsts) * seconds.length + unitsOf(seconds) * firsts.length;
  if (count > maxSetMatches || units > maxTextUnits) return undefined;
  return [...new Set(firsts.flatMap((first) => seconds.map((second) => first + second)))];
}

function unitsOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** Alternatives that are texts and nothing else become one. */
export function alternateShapes(shapes: readonly Shape[]): Shape {
  if (shapes.length === 1) return shapes[0] as Shape;
  const texts = new Set<string>();
  const rows: Sequence[] = [];
  let textAt = -1;
  for (const row of shapes.flat()) {
    const values = textsOf(row);
    if (values === undefined) {
      rows.push(row);
      continue;
    }
    if (textAt < 0) {
      textAt = rows.length;
      rows.push([]);
    }
    for (const value of values) texts.add(value);
  }
  if (rows.length > maxAlternatives) return opaqueShape;
  if (textAt >= 0) rows[textAt] = [{ kind: 'text', values: [...texts] }];
  return rows;
}

/** The texts a row consists of, when it is nothing but one of some texts. */
export function textsOf(row: Sequence): readonly string[] | undefined {
  if (row.length === 0) return [''];
  const [first] = row;
  return row.length === 1 && first?.kind === 'text' ? first.values : undefined;
}

/** `max` may be infinite. */
export function repeatShape(shape: Shape, min: number, max: number): Shape {
  const [row] = shape;
  if (shape.length !== 1 || row === undefined || row.length !== 1) return opaqueShape;
  const [item] = row;
  if (item?.kind === 'gap') {
    if (item.min === 1 && item.max === 1) return gapShape(min, max);
    if (max === 1) return item.min <= 1 ? gapShape(min === 0 ? 0 : item.min, item.max) : opaqueShape;
    return opaqueShape;
  }
  if (item?.kind === 'text' && min === 0 && max === 1 && item.values.length < maxSetMatches) {
    return textShape([...new Set([...item.values, ''])]);
  }
  return opaqueShape;
}

/** Without the anchors that say nothing new, as a label's pattern is anchored anyway. */
export function withoutOuterAnchors(row: Sequence): Sequence {
  let start = 0;
  let end = row.length;
  while (start < end && row[start]?.kind === 'start') start++;
  while (end > start && row[end - 1]?.kind === 'end') end--;
  return row.slice(start, end);
}
