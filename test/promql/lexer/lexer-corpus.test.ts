import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { lex } from '../../../src/promql/lexer/index.js';
import { sharedPath } from '../../support/shared.js';

interface Case {
  readonly input: string | { readonly $bytes_base64: string };
  readonly fail: boolean;
  readonly seriesDesc: boolean;
  readonly tokens: readonly { readonly type: string; readonly pos: number; readonly value: string }[];
}

/** Upstream's names of the kinds whose name is not the kind in upper case. */
const kindNames: Readonly<Record<string, string>> = {
  '(': 'LEFT_PAREN',
  ')': 'RIGHT_PAREN',
  '{': 'LEFT_BRACE',
  '}': 'RIGHT_BRACE',
  '[': 'LEFT_BRACKET',
  ']': 'RIGHT_BRACKET',
  '{{': 'OPEN_HIST',
  '}}': 'CLOSE_HIST',
  ',': 'COMMA',
  ':': 'COLON',
  '=': 'EQL',
  '==': 'EQLC',
  '!=': 'NEQ',
  '<=': 'LTE',
  '<': 'LSS',
  '>=': 'GTE',
  '>': 'GTR',
  '=~': 'EQL_REGEX',
  '!~': 'NEQ_REGEX',
  '+': 'ADD',
  '-': 'SUB',
  '*': 'MUL',
  '/': 'DIV',
  '%': 'MOD',
  '^': 'POW',
  '@': 'AT',
  and: 'LAND',
  or: 'LOR',
  unless: 'LUNLESS',
  'metric-identifier': 'METRIC_IDENTIFIER',
  'histogram:buckets': 'BUCKETS_DESC',
  'histogram:schema': 'SCHEMA_DESC',
  'histogram:sum': 'SUM_DESC',
  'histogram:count': 'COUNT_DESC',
};

describe('PromQL lexer, upstream’s table', () => {
  const file = sharedPath('corpus', 'promqltest', 'parser', 'lexer.json');

  it('knows a difference for no case that shows none', function () {
    if (file === undefined) return this.skip();
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] };
    for (const { id, matcher } of lexerDifferences()) {
      assert.ok(
        cases.some(({ input }) => input === matcher.lexerInput),
        id,
      );
    }
  });

  it('cuts every input into upstream’s tokens', function () {
    if (file === undefined) return this.skip();
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] };
    assert.equal(cases.length, 157);
    assert.deepEqual(cases.map(differenceOf).filter(Boolean), []);
  });
});

function differenceOf({ input, fail, seriesDesc, tokens }: Case): string | undefined {
  const text = typeof input === 'string' ? input : Buffer.from(input.$bytes_base64, 'base64');
  const all = lex(text, { inSeries: seriesDesc });
  const last = all.at(-1)?.kind;
  if (lexerDifferences().some(({ matcher }) => matcher.lexerInput === input))
    return differenceUpToError(input, tokens);
  if (fail !== (last === 'error')) return `${JSON.stringify(input)}: ends with ${last}`;
  // Upstream's table says no more of a failing input than that it fails.
  if (fail) return undefined;
  const found = all.slice(0, -1).map(({ kind, start, text: value }) => ({
    type: kindNames[kind] ?? kind.toUpperCase(),
    pos: start,
    value,
  }));
  if (isDeepStrictEqual(found, tokens)) return undefined;
  return `${JSON.stringify(input)}: want ${JSON.stringify(tokens)}, found ${JSON.stringify(found)}`;
}

interface Difference {
  readonly id: string;
  readonly matcher: { readonly lexerInput: string };
}

function lexerDifferences(): readonly Difference[] {
  const file = 'test/differences/promql-parser.json';
  return (JSON.parse(readFileSync(file, 'utf8')) as Difference[]).filter(
    ({ matcher }) => 'lexerInput' in matcher,
  );
}

/** The known difference: the scan ends where upstream's goes on behind its first error. */
function differenceUpToError(input: Case['input'], tokens: Case['tokens']): string | undefined {
  const wanted = tokens.slice(0, tokens.findIndex(({ type }) => type === 'ERROR') + 1);
  const found = lex(input as string).map(({ kind, start, text }) => ({
    type: kind.toUpperCase(),
    pos: start,
    value: text,
  }));
  return isDeepStrictEqual(found, wanted)
    ? undefined
    : `${JSON.stringify(input)}: found ${JSON.stringify(found)}`;
}
