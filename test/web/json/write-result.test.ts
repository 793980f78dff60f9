import assert from 'node:assert/strict';
import { jsonString } from '../../../src/base/index.js';
import { customBucketsSchema, type Histogram, Labels } from '../../../src/model/index.js';
import type { MatrixValue, QueryValue } from '../../../src/promql/index.js';
import { type HistogramColumn, SymbolTable } from '../../../src/storage/index.js';
import { ByteWriter, maxPieceBytes, writeResult } from '../../../src/web/json/index.js';

function pieces(value: QueryValue): Uint8Array[] {
  const out = new ByteWriter();
  const found = [...writeResult(out, value)];
  return [...found, out.take()];
}

function text(value: QueryValue): string {
  return Buffer.concat(pieces(value)).toString('utf8');
}

function histogram(changes: Partial<Histogram> = {}): Histogram {
  return {
    integer: false,
    counterResetHint: 'unknown',
    schema: 0,
    zeroThreshold: 0.25,
    zeroCount: 2,
    count: 8.5,
    sum: 3,
    stale: false,
    positiveSpans: [
      { offset: -1, length: 2 },
      { offset: 1, length: 1 },
    ],
    negativeSpans: [{ offset: 1, length: 1 }],
    positiveBuckets: Float64Array.of(1, 0, 3),
    negativeBuckets: Float64Array.of(2.5),
    customValues: undefined,
    ...changes,
  };
}

const symbols = new SymbolTable();
const up = symbols.internLabels(Labels.fromPairs('__name__', 'up', 'job', 'a"<&>\u2028\b\n'));
const none = symbols.internLabels(Labels.empty);

describe('web: results of queries', () => {
  it('writes scalars and strings, whose times are plain floats', () => {
    assert.equal(
      text({ kind: 'scalar', timestampMs: 1795347530250, value: 1e21 }),
      '[1795347530.25,"1000000000000000000000"]',
    );
    assert.equal(text({ kind: 'scalar', timestampMs: -1057, value: 1e-7 }), '[-1.057,"0.0000001"]');
    assert.equal(
      text({ kind: 'string', timestampMs: 1000, value: '<&>\u2028\b\f\u0001\t\\b' }),
      '[1,"\\u003c\\u0026\\u003e\\u2028\\b\\f\\u0001\\t\\\\b"]',
    );
  });

  it('writes vectors of floats and histograms; label sets are not escaped for HTML', () => {
    const value: QueryValue = {
      kind: 'vector',
      symbols,
      timestampMs: 1795347530250,
      labels: [up, none],
      values: Float64Array.of(Number.NaN, 0),
      histograms: [undefined, histogram()],
    };
    assert.equal(
      text(value),
      '[{"metric":{"__name__":"up","job":"a\\"<&>\u2028\\u0008\\n"},"value":[1795347530.250,"NaN"]},' +
        '{"metric":{},"histogram":[1795347530.250,{"count":"8.5","sum":"3","buckets":[[1,"-2","-1","2.5"],' +
        '[3,"-0.25","0.25","2"],[0,"0.25","0.5","1"],[0,"2","4","3"]]}]}]',
    );
    assert.equal(text({ ...value, labels: [] }), '[]');
  });

  it('writes custom buckets, and none when all are empty', () => {
    const custom = histogram({
      schema: customBucketsSchema,
      zeroCount: 0,
      negativeSpans: [],
      negativeBuckets: new Float64Array(0),
      positiveSpans: [{ offset: 0, length: 3 }],
      customValues: Float64Array.of(1, 5),
    });
    const value = (one: Histogram): QueryValue => ({
      kind: 'vector',
      symbols,
      timestampMs: 0,
      labels: [none],
      values: Float64Array.of(0),
      histograms: [one],
    });
    assert.equal(
      text(value(custom)),
      '[{"metric":{},"histogram":[0,{"count":"8.5","sum":"3","buckets":[[3,"-Inf","1","1"],[0,"5","+Inf","3"]]}]}]',
    );
    const empty = histogram({ ...custom, positiveBuckets: new Float64Array(3), count: 0, sum: 0 });
    assert.equal(text(value(empty)), '[{"metric":{},"histogram":[0,{"count":"0","sum":"0"}]}]');
  });

  it('writes matrices, floats before histograms, with rows of both kinds mixed', () => {
    const column: HistogramColumn = {
      at: () => histogram({ positiveSpans: [], negativeSpans: [], zeroCount: 0 }),
      countAt: () => 8.5,
      sumAt: () => 3,
    };
    const columns = {
      length: 3,
      timestamps: Float64Array.of(1000, 2000, 2500, 9999),
      values: Float64Array.of(1.5, 0, -0, 7),
    };
    const value: MatrixValue = {
      kind: 'matrix',
      symbols,
      series: [
        { labels: none, columns: { ...columns, kinds: Uint8Array.of(0, 1, 0), histograms: column } },
        { labels: none, columns: { ...columns, length: 0 } },
        { labels: none, columns: { ...columns, length: 1, histograms: column } },
      ],
    };
    const one = '{"count":"8.5","sum":"3"}';
    assert.equal(
      text(value),
      `[{"metric":{},"values":[[1,"1.5"],[2.500,"-0"]],"histograms":[[2,${one}]]},{"metric":{}},` +
        `{"metric":{},"histograms":[[1,${one}]]}]`,
    );
  });

  it('cuts large matrices into pieces of bounded size that join into the same JSON', () => {
    const length = 11_001;
    const series = Array.from({ length: 20 }, (_, s) => ({
      labels: symbols.internLabels(Labels.fromPairs('__name__', 'm', 's', String(s))),
      columns: {
        // Every other series misses some steps.
        length: length - s,
        timestamps: Float64Array.from({ length: length - s }, (_, i) => 1.7e12 + (i + (s % 2) * s) * 15_000),
        values: Float64Array.from({ length: length - s }, (_, i) => i / (s + 1)),
      },
    }));
    const found = pieces({ kind: 'matrix', symbols, series });
    assert.ok(found.length > 10);
    for (const piece of found) assert.ok(piece.length <= maxPieceBytes, `a piece of ${piece.length} bytes`);
    const parsed = JSON.parse(Buffer.concat(found).toString()) as { values: [number, string][] }[];
    assert.equal(parsed.length, 20);
    for (const [s, { columns }] of series.entries()) {
      const expected = Array.from({ length: columns.length }, (_, i) => [
        (columns.timestamps[i] as number) / 1000,
        String(columns.values[i]),
      ]);
      assert.deepEqual(parsed[s]?.values, expected);
    }
  });

  it('escapes text outside of label sets for HTML', () => {
    assert.equal(
      jsonString('a<b>&"\\\u2028\u2029\u0000\u001f\r\n\t\b\u007fé🔥'),
      '"a\\u003cb\\u003e\\u0026\\"\\\\\\u2028\\u2029\\u0000\\u001f\\r\\n\\t\\u0008\u007fé🔥"',
    );
  });
});
