import assert from 'node:assert/strict';
import { systemClock, systemDisk } from '../../src/base/index.js';
import { type EvalOutcome, runScript, ScriptError } from '../../src/promqltest/index.js';
import { scriptParts } from '../../src/sources/index.js';

async function run(script: string): Promise<EvalOutcome[]> {
  const parts = await scriptParts('memory', { disk: systemDisk, clock: systemClock });
  const outcomes: EvalOutcome[] = [];
  for await (const outcome of runScript(script, parts)) outcomes.push(outcome);
  return outcomes;
}

const load =
  'load 5m\n  m{a="1"} 1 2 3\n  m{a="2"} 4 5 _\n  h {{schema:0 count:3 sum:4 buckets:[1 2]}}x2\n\n';

describe('a query script', () => {
  const mistakes: readonly (readonly [script: string, place: string, message: string])[] = [
    ['\nnonsense here', '2:1', 'invalid command "nonsense here", expected load, eval or clear'],
    ['load', '1:1', 'invalid load command. (load[_with_nhcb] <step:duration>)'],
    ['load 5x', '1:6', 'invalid step definition "5x": unknown unit "x" in duration "5x"'],
    ['load 5m\n  m{a="1} 1', '2:7', 'parse error: unterminated quoted string'],
    ['load 5m\n  m@st -1m', '2:3', '@st line has no following sample line'],
    ['load 5m\n  m@st -1m\n  n 1', '2:3', '@st metric does not match the following sample line metric'],
    ['load 5m\n  m@st -1m\n  m 1 2', '2:3', '@st line has 1 values but sample line has 2'],
    [
      'load 5m\n  m@st 1e\n  m 1',
      '2:3',
      'invalid @st sequence: invalid ST item "1e": unknown unit "e" in duration "1e"',
    ],
    ['eval instant at 5m sum(é', '1:24', "parse error: unexpected character: 'é'"],
    ['eval instant  m', '1:1', 'invalid timestamp definition "": empty duration string'],
    [
      'eval range from 5m to 1m step 1m m',
      '1:1',
      'invalid test definition, end timestamp (1m) is before start timestamp (5m)',
    ],
    [
      'eval instant at 5m m\n  expect warning',
      '2:3',
      'invalid expect statement, must match `expect <type> <match_type>: <string>` format',
    ],
    [
      'eval instant at 5m m\n  expect warn regex: (',
      '2:3',
      'invalid regex ( for warn: error parsing regexp: missing closing ): `(`',
    ],
    [
      'eval instant at 5m m\n  expect warn\n  expect no_warn',
      '3:3',
      'invalid expect lines, warn and no_warn cannot be used together',
    ],
    [
      'eval instant at 5m m\n  m 1 2',
      '2:3',
      "expecting multiple values in instant evaluation not allowed. consider using 'expect range vector' directive to enable a range vector result for an instant query",
    ],
    [
      'eval instant at 5m "a"\n  expect string a',
      '2:3',
      'expected string literal not valid - check that the string is correctly quoted',
    ],
    ['load 5m\n  m 1 1\n\nload 1m\n  m 3 3\n', '4:1', '{__name__="m"} at 0s: out of order sample'],
    [
      'load_with_nhcb 5m\n  h_bucket{le="1"} 3\n  h_bucket{le="+Inf"} 2\n',
      '1:1',
      '{__name__="h"} at 0s: count is not cumulative: 2 < 3',
    ],
  ];
  for (const [script, place, message] of mistakes)
    it(`has no ${JSON.stringify(script)}`, async () => {
      await assert.rejects(run(script), (error) => {
        assert.ok(error instanceof ScriptError);
        assert.equal(`${error.line}:${error.column}: ${error.message}`, `${place}: ${message}`);
        return true;
      });
    });

  const failures: readonly (readonly [evaluation: string, failure: string | undefined])[] = [
    ['eval instant at 5m sum(m)\n  {} 7', undefined],
    ['eval instant at 5m sum(m)\n  {} 8', 'expected 8 for {} but got 7'],
    ['eval instant at 5m m{a="1"}\n', 'unexpected metric {__name__="m", a="1"} in result, has value 2'],
    ['eval instant at 5m m{a="3"}\n  m{a="3"} 1', 'expected metric {__name__="m", a="3"} with 1 not found'],
    ['eval instant at 5m scalar(m{a="1"})\n  3', 'expected scalar 3 but got 2'],
    ['eval instant at 5m "a"\n  expect string "b"', 'expected string "b" but got "a"'],
    [
      'eval instant at 5m sort_desc(m)\n  expect ordered\n  m{a="1"} 2\n  m{a="2"} 5',
      'expected metric {__name__="m", a="2"} with 5 at position 2 but was at 1',
    ],
    [
      'eval instant at 5m h\n  h {{schema:0 count:3 sum:4 buckets:[1 1]}}',
      'expected {{count:3 sum:4 buckets:[1 1]}} for {__name__="h"} but got {{count:3 sum:4 counter_reset_hint:not_reset buckets:[1 2]}}',
    ],
    [
      'eval instant at 5m h\n  h 3',
      'expected 3 for {__name__="h"} but got {{count:3 sum:4 counter_reset_hint:not_reset buckets:[1 2]}}',
    ],
    [
      'eval range from 0 to 10m step 5m m{a="1"}\n  m{a="1"} 1 2 4',
      'expected value at index 2 (t=600000) for {__name__="m", a="1"} to be 4, but got 3 (result has 3 points [1 @[0] 2 @[300000] 3 @[600000]])',
    ],
    [
      'eval range from 0 to 5m step 5m m{a="1"}\n  m{a="1"} 1 2 3',
      'expected 3 points for {__name__="m", a="1"}, but query time range cannot return this many points',
    ],
    [
      'eval instant at 5m m + on() m\n  expect fail msg: nothing',
      'expected error matching "nothing", but got: found duplicate series for the match group {} on the right hand-side of the operation: [{__name__="m", a="1"}, {__name__="m", a="2"}];many-to-many matching not allowed: matching labels must be unique on one side',
    ],
    ['eval instant at 5m sum(m)\n  expect fail', 'expected error evaluating query but got none'],
    [
      'eval instant at 5m rate(m[10m])\n  expect no_info\n  {a="1"} 0.0033333333333333335\n  {a="2"} 0.0033333333333333335',
      'unexpected info annotations: "PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \\"m\\" (1:6)"',
    ],
    ['eval instant at 5m sum(m)\n  expect warn\n  {} 7', 'expected warn annotations but none were found'],
    [
      'eval instant at 5m sum({__name__=~"m|h"})\n  expect warn msg: nothing\n',
      'expected warn annotation matching "nothing", found: "PromQL warning: encountered a mix of histograms and floats for aggregation (1:5)"',
    ],
  ];
  for (const [evaluation, failure] of failures)
    it(JSON.stringify(evaluation), async () => {
      const [outcome, ...others] = await run(load + evaluation);
      assert.equal(outcome?.failure, failure);
      assert.equal(outcome?.line, 6);
      assert.equal(others.length, 0);
    });
});
