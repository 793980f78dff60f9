import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Matcher, type MatchType } from '../../../src/model/index.js';
import type { VectorSelector } from '../../../src/promql/index.js';
import { parseExpr } from '../../../src/promql/parser/index.js';
import { prettyExpr, printExpr } from '../../../src/promql/printer/index.js';
import { sharedPath } from '../../support/shared.js';

interface PrinterTables {
  readonly exprString: readonly { readonly in: string; readonly out?: string }[];
  readonly vectorSelectorString: readonly {
    readonly vs: {
      readonly Name?: string;
      readonly LabelMatchers?: readonly { type: MatchType; name: string; value: string }[];
    };
    readonly expected: string;
  }[];
  readonly utf8BinaryLabels: readonly { readonly input: string; readonly expected: string }[];
}

interface PrettierTable {
  readonly maxCharactersPerLine: number;
  readonly cases: readonly { readonly in: string; readonly out: string }[];
}

const options = { experimentalFunctions: true, extendedRangeSelectors: true, fillModifiers: true };

function print(query: string): string {
  return printExpr(parseExpr(query, options));
}

describe('PromQL printers, upstream’s tables', () => {
  const printer = sharedPath('corpus', 'promqltest', 'parser', 'printer.json');
  const prettier = sharedPath('corpus', 'promqltest', 'parser', 'prettier.json');

  it('prints expressions in canonical form', function () {
    if (printer === undefined) return this.skip();
    const tables = JSON.parse(readFileSync(printer, 'utf8')) as PrinterTables;
    assert.equal(tables.exprString.length, 86);
    for (const { in: query, out = query } of tables.exprString) assert.equal(print(query), out);
    assert.equal(tables.utf8BinaryLabels.length, 6);
    for (const { input, expected } of tables.utf8BinaryLabels) assert.equal(print(input), expected);
  });

  it('prints selectors whose name stands in braces or in front of them', function () {
    if (printer === undefined) return this.skip();
    const { vectorSelectorString } = JSON.parse(readFileSync(printer, 'utf8')) as PrinterTables;
    assert.equal(vectorSelectorString.length, 8);
    for (const { vs, expected } of vectorSelectorString) {
      const matchers = (vs.LabelMatchers ?? []).map(
        ({ type, name, value }) => new Matcher(type, name, value),
      );
      assert.equal(printExpr(selector(vs.Name ?? '', matchers)), expected);
    }
  });

  it('splits long expressions over lines', function () {
    if (prettier === undefined) return this.skip();
    const tables = JSON.parse(readFileSync(prettier, 'utf8')) as readonly PrettierTable[];
    let count = 0;
    for (const { maxCharactersPerLine, cases } of tables) {
      for (const { in: query, out } of cases) {
        const expr = parseExpr(query, options);
        assert.equal(prettyExpr(expr, { maxLineBytes: maxCharactersPerLine }), out);
        count++;
      }
    }
    assert.equal(count, 62);
  });
});

function selector(name: string, matchers: readonly Matcher[]): VectorSelector {
  return {
    kind: 'vector-selector',
    name,
    offsetMs: 0,
    offsetExpr: undefined,
    at: undefined,
    matchers,
    anchored: false,
    smoothed: false,
    bypassEmptyMatcherCheck: false,
    position: { start: 0, end: 0 },
  };
}
