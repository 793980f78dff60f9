import { readFileSync } from 'node:fs';
import { unquoteGo } from '../../src/base/index.js';
import { sharedPath } from '../support/shared.js';

export interface Table<Case> {
  readonly test: string;
  readonly table: string;
  readonly cases: readonly Case[];
}

/** A file of the corpus as it stands, or undefined where the corpus is absent. */
export function readCorpus<Content>(...parts: string[]): Content | undefined {
  const file = sharedPath('corpus', ...parts);
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as Content);
}

/** The cases of a table; tables of one test that carry different names are told apart by theirs. */
export function casesOf<Case>(
  tables: readonly Table<unknown>[],
  test: string,
  table?: string,
): readonly Case[] {
  const found = tables.filter((each) => each.test === test && (table ?? each.table) === each.table);
  if (found.length !== 1) throw new Error(`table ${test} ${table ?? ''}: found ${found.length}`);
  return (found[0] as Table<Case>).cases;
}

/** A text of a table: bytes that are no UTF-8 stand as base64, and become what `"\xff"` reads as. */
export type TableText = string | { readonly $bytes_base64: string };

export function textOf(value: TableText): string {
  if (typeof value === 'string') return value;
  const escapes = Array.from(Buffer.from(value.$bytes_base64, 'base64'), (byte) => {
    return `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return unquoteGo(`"${escapes.join('')}"`) as string;
}

/** A number of a table: those that JSON cannot write stand as texts. */
export function numberOf(value: number | string | undefined): number {
  if (value === '+Inf') return Number.POSITIVE_INFINITY;
  if (value === '-Inf') return Number.NEGATIVE_INFINITY;
  return Number(value ?? 0);
}
