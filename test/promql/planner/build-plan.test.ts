import assert from 'node:assert/strict';
import { ParseError } from '../../../src/promql/index.js';
import { parseExpr } from '../../../src/promql/parser/index.js';
import { buildPlan, type Plan, type PlanNode } from '../../../src/promql/planner/index.js';

function planOf(query: string, times = { startMs: 1_000_000, endMs: 1_300_000, stepMs: 60_000 }): Plan {
  const parsed = parseExpr(query, {
    experimentalFunctions: true,
    extendedRangeSelectors: true,
    fillModifiers: true,
  });
  return buildPlan(parsed, {
    ...times,
    lookbackDeltaMs: 300_000,
    defaultStepMs: 15_000,
    query,
  });
}

const instant = { startMs: 1_000_000, endMs: 1_000_000, stepMs: 0 };

/** A node in a line: what it does, over how many steps. */
function describeNode(node: PlanNode): string {
  switch (node.kind) {
    case 'number':
      return `number ${node.value} x${node.grid.steps}`;
    case 'select':
      return `${node.answer} at ${node.selector.firstMs}+${node.selector.stepMs} x${node.grid.steps}`;
    case 'window':
      return `${node.func} ${node.rangeMs} x${node.grid.steps}`;
    case 'call':
      return `${node.func} x${node.grid.steps}`;
    case 'binary':
    case 'aggregate':
      return `${node.op} x${node.grid.steps}`;
    default:
      return `${node.kind} x${node.grid.steps}`;
  }
}

const shapes: { query: string; nodes: string[]; window?: [number, number] }[] = [
  { query: 'up', nodes: ['value at 1000000+60000 x6'], window: [700_001, 1_300_000] },
  { query: 'up offset 1m', nodes: ['value at 940000+60000 x6'], window: [640_001, 1_240_000] },
  { query: 'up @ 500', nodes: ['value at 500000+0 x1', 'repeat x6'], window: [200_001, 500_000] },
  { query: 'up @ end() offset 10s', nodes: ['value at 1290000+0 x1', 'repeat x6'] },
  { query: 'rate(up[5m])', nodes: ['rate 300000 x6'], window: [700_001, 1_300_000] },
  { query: 'rate(up[step() * 2])', nodes: ['rate 120000 x6'] },
  { query: 'sum(rate(up[5m]))', nodes: ['rate 300000 x6', 'sum x6'] },
  { query: '1 + 2', nodes: ['number 1 x1', 'number 2 x1', '+ x1', 'repeat x6'] },
  {
    query: 'up * (1 + 2)',
    nodes: ['value at 1000000+60000 x6', 'number 1 x1', 'number 2 x1', '+ x1', 'repeat x6', '* x6'],
  },
  { query: 'timestamp(up)', nodes: ['timestamp at 1000000+60000 x6'] },
  { query: 'timestamp((up @ 5))', nodes: ['timestamp at 5000+0 x1', 'repeat x6'] },
  { query: 'timestamp(abs(up @ 5))', nodes: ['value at 5000+0 x1', 'abs x1', 'repeat x6', 'timestamp x6'] },
  { query: 'topk(2, up)', nodes: ['number 2 x6', 'value at 1000000+60000 x6', 'topk x6'] },
  { query: 'end() - start()', nodes: ['number 1300 x1', 'number 1000 x1', '- x1', 'repeat x6'] },
  // The first inner step is the first multiple of its own step behind the open left end: 700000 itself is out.
  { query: 'max_over_time(up[5m:1m])', nodes: ['value at 720000+60000 x10', 'max_over_time 300000 x6'] },
  { query: 'max_over_time(up[1m:])', nodes: ['value at 945000+15000 x24', 'max_over_time 60000 x6'] },
  {
    query: 'max_over_time(up[5m:1m] @ 400)',
    nodes: ['value at 120000+60000 x5', 'max_over_time 300000 x1', 'repeat x6'],
  },
];

const impossible: { query: string; text: string }[] = [
  {
    query: 'up[5m]',
    text: 'invalid expression type "range vector" for range query, must be Scalar or instant Vector',
  },
  {
    query: '"text"',
    text: 'invalid expression type "string" for range query, must be Scalar or instant Vector',
  },
  { query: 'rate(up[1m - 60s])', text: '8:16: duration must be greater than 0' },
  { query: 'up offset (1m / (step() - 60))', text: '11:28: division by zero' },
];

describe('plans', () => {
  for (const { query, nodes, window } of shapes) {
    it(`of ${query} run ${nodes.length === 1 ? 'one node' : 'inputs first'}`, () => {
      const plan = planOf(query);
      assert.deepEqual(plan.nodes.map(describeNode), nodes);
      if (window !== undefined) assert.deepEqual(plan.window, { mintMs: window[0], maxtMs: window[1] });
    });
  }

  it('of instant queries repeat nothing', () => {
    assert.deepEqual(planOf('up @ 5 + 1', instant).nodes.map(describeNode), [
      'value at 5000+0 x1',
      'number 1 x1',
      '+ x1',
    ]);
  });

  it('carry hints of what surrounds a selector', () => {
    const { nodes } = planOf('sum by (job) (rate(a[1m])) / max without (x) (b)');
    const hints = nodes.flatMap((node) =>
      node.kind === 'select' || (node.kind === 'window' && node.source.kind === 'selector')
        ? [
            node.kind === 'select'
              ? node.selector.hints
              : node.source.kind === 'selector' && node.source.selector.hints,
          ]
        : [],
    );
    assert.deepEqual(hints, [
      { stepMs: 60_000, rangeMs: 60_000, func: 'rate' },
      { stepMs: 60_000, rangeMs: 0, func: 'max', grouping: ['x'], by: false },
    ]);
  });

  for (const { query, text } of impossible) {
    it(`refuse ${query} as the asker's mistake`, () => {
      assert.throws(
        () => planOf(query),
        (error) => error instanceof ParseError && error.message === text,
      );
    });
  }

  it('are built of trees of any depth', () => {
    const depth = 20_000;
    const plan = planOf(new Array(depth).fill('a').join(' + '), instant);
    assert.equal(plan.nodes.length, 2 * depth - 1);
  });
});
