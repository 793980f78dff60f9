import { readFileSync } from 'node:fs';
import { sharedPath } from './shared.js';

interface Table<Case> {
  readonly test: string;
  readonly table: string;
  readonly cases: readonly Case[];
}

/** The cases of a table of upstream's tests, by the test's name; undefined where the corpus is absent. */
export function upstreamCases<Case>(test: string): readonly Case[] | undefined {
  const file = sharedPath('corpus', 'tsdb', 'upstream', 'upstream-test-tables.json');
  if (file === undefined) return undefined;
  const tables = JSON.parse(readFileSync(file, 'utf8')) as Table<Case>[];
  return tables.find((table) => table.test === test)?.cases;
}
