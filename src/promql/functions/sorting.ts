/** Orders of instant vectors; a range query's answer is ordered by labels whatever they say. */
import { compareUtf8 } from '../../base/index.js';
import { type CallFunction, type CallInput, keepFloats, type Row, withoutEmpty } from '../engine/index.js';
import { rowsOf, textOf } from './arguments.js';
import { goSort } from './go-sort.js';

function warnOfRange({ evaluation, grid, node }: CallInput): boolean {
  if (grid.isRange !== true) return false;
  const text = 'sort is ineffective for range queries since results are always ordered by labels';
  evaluation.annotations.warn(text, node.position);
  return true;
}

/** NaN goes to the end in both directions. */
function byValue(descending: boolean): CallFunction {
  return (input) => {
    const rows = withoutEmpty(
      rowsOf(input, 0).map((row) => keepFloats(row, input.grid.steps)),
      input.grid.steps,
    );
    if (warnOfRange(input)) return { kind: 'vector', rows };
    const valueIn = ({ values, offset }: Row) => values[offset] as number;
    goSort(rows, (x, y) => {
      const a = valueIn(x);
      const b = valueIn(y);
      return Number.isNaN(b) || (descending ? a > b : a < b);
    });
    return { kind: 'vector', rows };
  };
}

function byLabel(descending: boolean): CallFunction {
  return (input) => {
    const rows = rowsOf(input, 0);
    if (warnOfRange(input)) return { kind: 'vector', rows };
    const { labels: tools } = input.evaluation;
    const names = input.args.slice(1).map((_, i) => tools.symbols.intern(textOf(input, i + 1)));
    goSort(rows, (x, y) => {
      for (const name of names) {
        const a = tools.text(x.labels, name);
        const b = tools.text(y.labels, name);
        if (a !== b) return descending ? !precedesNaturally(a, b) : precedesNaturally(a, b);
      }
      const order = tools.compare(x.labels, y.labels);
      return descending ? order > 0 : order < 0;
    });
    return { kind: 'vector', rows };
  };
}

/**
 * Natural order: runs of digits compare as numbers, other runs as text. Source: github.com/facette/natsort, whose
 * answers for texts that end early are kept as they are.
 */
export function precedesNaturally(a: string, b: string): boolean {
  const chunksA = a.match(/[0-9]+|[^0-9]+/g) ?? [];
  const chunksB = b.match(/[0-9]+|[^0-9]+/g) ?? [];
  for (let i = 0; i < chunksA.length; i++) {
    const x = chunksA[i] as string;
    const y = chunksB[i];
    if (y === undefined) return false;
    const order = compareChunks(x, y);
    if (order !== 0) return order < 0;
    if (i === chunksA.length - 1) return true;
    if (i === chunksB.length - 1) return false;
  }
  return false;
}

function compareChunks(x: string, y: string): number {
  const a = intOf(x);
  const b = intOf(y);
  if (a === undefined || b === undefined) return compareUtf8(x, y);
  return a === b ? 0 : a < b ? -1 : 1;
}

const maxInt64 = 2n ** 63n - 1n;

/** What Go's Atoi makes of a chunk; longer numbers than it knows are text. */
function intOf(chunk: string): bigint | undefined {
  if (!/^[0-9]+$/.test(chunk)) return undefined;
  const value = BigInt(chunk);
  return value > maxInt64 ? undefined : value;
}

export const sortFunctions: readonly (readonly [name: string, run: CallFunction])[] = [
  ['sort', byValue(false)],
  ['sort_desc', byValue(true)],
  ['sort_by_label', byLabel(false)],
  ['sort_by_label_desc', byLabel(true)],
];
