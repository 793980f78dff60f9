import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ParseError } from '../../../src/promql/index.js';
import { parseSeriesDescription, type SeriesValue } from '../../../src/promql/parser/index.js';
import { sharedPath } from '../../support/shared.js';

interface Case {
  readonly input: string;
  readonly fail?: boolean;
  readonly expectedMetric?: Readonly<Record<string, string>>;
  readonly expectedValues?: readonly unknown[];
}

function corpusValue(value: SeriesValue): unknown {
  if (value.kind === 'float') return value.value;
  return value.kind === 'omitted' ? 'none' : value.kind;
}

describe('series descriptions, upstream’s table', () => {
  const file = sharedPath('corpus', 'promqltest', 'parser', 'series-desc.json');

  it('gives upstream’s labels and values', function () {
    if (file === undefined) return this.skip();
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] };
    assert.equal(cases.length, 23);
    for (const { input, fail, expectedMetric, expectedValues } of cases) {
      if (fail === true) {
        assert.throws(() => parseSeriesDescription(input), ParseError, input);
        continue;
      }
      const { labels, values } = parseSeriesDescription(input);
      assert.deepEqual({ ...labels.toObject() }, expectedMetric, input);
      assert.deepEqual(values.map(corpusValue), expectedValues, input);
    }
  });
});
