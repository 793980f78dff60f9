import { exemplarPairs, pageEntries, type ScannedPage, seriesPairs } from '../../src/exposition/index.js';
import { isStaleAt, wordsOf } from '../../src/model/index.js';

export interface DescribedExemplar {
  readonly labels: Record<string, string>;
  readonly value: string;
  readonly ts?: number;
}

/** An entry as the corpus writes it. */
export interface DescribedEntry {
  readonly kind: string;
  readonly name?: string;
  readonly text?: string;
  readonly labels?: Record<string, string>;
  readonly value?: string;
  readonly ts?: number;
  readonly exemplars?: readonly DescribedExemplar[];
}

function formatValue(values: Float64Array, index: number): string {
  const value = values[index] as number;
  if (Number.isNaN(value)) return isStaleAt(wordsOf(values), index) ? 'StaleNaN' : 'NaN';
  return String(value).replace('Infinity', value > 0 ? '+Inf' : 'Inf');
}

/** Bytes that are no UTF-8 are U+FFFD in the corpus. */
function labelObject(pairs: readonly string[]): Record<string, string> {
  const object: Record<string, string> = Object.create(null);
  for (let i = 0; i < pairs.length; i += 2) {
    object[(pairs[i] as string).toWellFormed()] = (pairs[i + 1] as string).toWellFormed();
  }
  return object;
}

function describeExemplars(page: ScannedPage, row: number): DescribedExemplar[] {
  const { exemplars } = page;
  const found: DescribedExemplar[] = [];
  for (let index = 0; index < exemplars.count; index++) {
    if (exemplars.rows[index] !== row) continue;
    const ts = exemplars.timestamps.values[index] as number;
    found.push({
      labels: labelObject(exemplarPairs(page, index)),
      value: formatValue(exemplars.values.values, index),
      ...(Number.isNaN(ts) ? {} : { ts }),
    });
  }
  return found;
}

/** All entries of a page, in order and in full. */
export function describePage(page: ScannedPage): DescribedEntry[] {
  return [...pageEntries(page)].map((entry) => {
    switch (entry.kind) {
      case 'series': {
        const ts = page.timestamps[entry.row] as number;
        const exemplars = describeExemplars(page, entry.row);
        return {
          kind: 'series',
          labels: labelObject(seriesPairs(page, entry.row)),
          value: formatValue(page.values, entry.row),
          ...(Number.isNaN(ts) ? {} : { ts }),
          ...(exemplars.length > 0 ? { exemplars } : {}),
        };
      }
      case 'type':
        return { kind: 'type', name: entry.name.toWellFormed(), text: entry.type };
      case 'comment':
        return { kind: 'comment', text: entry.text.toWellFormed() };
      default:
        return { kind: entry.kind, name: entry.name.toWellFormed(), text: entry.text.toWellFormed() };
    }
  });
}
