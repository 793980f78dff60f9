import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ParseError } from '../../../src/promql/index.js';
import { parseExpr } from '../../../src/promql/parser/index.js';
import { prettyExpr } from '../../../src/promql/printer/index.js';
import { sharedPath } from '../../support/shared.js';

interface Case {
  readonly expr: string;
  readonly verdict: 'ok' | 'error';
  readonly message?: string;
  readonly printed?: string;
}

/** What the API puts before the parser's text. */
const apiPrefix = 'invalid parameter "query": ';

describe('PromQL parser, 12,112 expressions of the field', () => {
  const file = sharedPath('corpus', 'expressions', 'expressions.jsonl.gz');

  it('accepts, refuses and formats as upstream', function () {
    if (file === undefined) return this.skip();
    const lines = gunzipSync(readFileSync(file)).toString().split('\n').filter(Boolean);
    assert.equal(lines.length, 12_112);
    const failures: unknown[] = [];
    for (const line of lines) {
      const { expr, verdict, message, printed } = JSON.parse(line) as Case;
      const wanted = verdict === 'ok' ? { printed } : { message: message?.replace(apiPrefix, '') };
      const found = outcomeOf(expr);
      if (JSON.stringify(found) !== JSON.stringify(wanted)) failures.push({ expr, wanted, found });
    }
    assert.deepEqual(failures.slice(0, 20), []);
  });
});

function outcomeOf(query: string): { printed: string } | { message: string } {
  try {
    return { printed: prettyExpr(parseExpr(query)) };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return { message: error.message };
  }
}
