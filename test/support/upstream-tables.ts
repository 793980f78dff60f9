import { readFileSync } from 'node:fs';
import { sharedPath } from './shared.js';

export interface UpstreamTable<Case = unknown> {
  /** The file of upstream's tests that has it. */
  readonly source: string;
  /** Absent for what stands outside of a test. */
  readonly test: string | null;
  readonly table: string;
  /** A list, or an object by name. */
  readonly cases: readonly Case[] | Readonly<Record<string, Case>>;
}

/** All tables of upstream's tests of its database; undefined where the corpus is absent. */
export function upstreamTables(): readonly UpstreamTable[] | undefined {
  const file = sharedPath('corpus', 'tsdb', 'upstream', 'upstream-test-tables.json');
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as UpstreamTable[]);
}

/** The cases of the tables of one test, each table's by themselves. */
export function upstreamCasesOf<Case>(
  test: string,
  table?: string,
): readonly (readonly Case[])[] | undefined {
  return upstreamTables()
    ?.filter((each) => each.test === test && (table === undefined || each.table === table))
    .map(({ cases }) => (Array.isArray(cases) ? cases : Object.values(cases)) as readonly Case[]);
}

/** The cases of a table of upstream's tests, by the test's name; undefined where the corpus is absent. */
export function upstreamCases<Case>(test: string): readonly Case[] | undefined {
  return upstreamCasesOf<Case>(test)?.[0];
}
