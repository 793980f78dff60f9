import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { parseExpr } from '../../../src/promql/parser/index.js';
import { prettyExpr, printExpr } from '../../../src/promql/printer/index.js';
import { QueryGenerator } from '../parser/generate-query.js';
import { type JsonValue, upstreamTree } from '../parser/upstream-tree.js';

const options = { experimentalFunctions: true, extendedRangeSelectors: true, fillModifiers: true };
const seed = Number(process.env.SEED ?? 20_261_122);
const rounds = Number(process.env.ROUNDS ?? 2000);

describe('PromQL printers', () => {
  it(`print what parses to the same tree (seed ${seed})`, () => {
    const generator = new QueryGenerator(seededRandom(seed));
    for (let i = 0; i < rounds; i++) {
      const query = generator.query();
      const expr = parseExpr(query, options);
      const tree = shapeOf(upstreamTree(expr));
      const printed = printExpr(expr);
      assert.deepEqual(shapeOf(upstreamTree(parseExpr(printed, options))), tree, `${query}\n${printed}`);
      const pretty = prettyExpr(expr, { maxLineBytes: 20 });
      assert.deepEqual(shapeOf(upstreamTree(parseExpr(pretty, options))), tree, `${query}\n${pretty}`);
      assert.equal(printExpr(parseExpr(printed, options)), printed);
    }
  });

  it('print chains of 20,000 operators to either side', () => {
    for (const operator of [' + ', ' ^ ']) {
      const query = Array<string>(20_000).fill('a').join(operator);
      const expr = parseExpr(query);
      assert.equal(printExpr(expr), query);
      assert.equal(parseExpr(prettyExpr(expr)).kind, 'binary');
    }
  });

  it('print calls with 200,000 arguments', () => {
    const query = `label_join(a, ${Array<string>(200_000).fill('"b"').join(', ')})`;
    assert.equal(printExpr(parseExpr(query)), query);
  });
});

/** The tree without what printing may change: places, and the order of matchers. */
function shapeOf(node: JsonValue): JsonValue {
  if (Array.isArray(node)) return node.map(shapeOf);
  if (node === null || typeof node !== 'object') return node;
  const shape: { [key: string]: JsonValue } = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === 'LabelMatchers')
      shape[key] = (value as JsonValue[]).map((matcher) => JSON.stringify(matcher)).sort();
    else if (key !== 'position') shape[key] = shapeOf(value);
  }
  return shape;
}
