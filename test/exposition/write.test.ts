import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { scanOpenMetrics, scanText, writeOpenMetrics, writeText } from '../../src/exposition/index.js';
import { escapeName } from '../../src/model/index.js';
import type { MetricFamily } from '../../src/telemetry/index.js';
import { sharedPath } from '../support/shared.js';
import { describePage } from './describe-page.js';
import { familiesOf } from './families-of-page.js';

const families: readonly MetricFamily[] = [
  {
    name: 'requests_total',
    help: 'Requests "so" far,\nby \\path.',
    unit: '',
    type: 'counter',
    metrics: [
      { labels: [], value: 1e6 },
      { labels: ['path', 'a"b\\c\nd', 'x.y', '日本'], value: 1234567, timestampMs: 1520879607789 },
    ],
  },
  { name: 'opens', help: '', unit: '', type: 'counter', metrics: [{ labels: [], value: 3 }] },
  {
    name: 'temperature.celsius',
    help: 'Dotted.',
    unit: 'celsius',
    type: 'gauge',
    metrics: [
      { labels: [], value: -0 },
      { labels: ['a', 'b'], value: Number.NaN },
      { labels: ['a', 'c'], value: Number.NEGATIVE_INFINITY },
      { labels: ['a', 'd'], value: -1 },
    ],
  },
  {
    name: 'latency_seconds',
    help: 'Latency.',
    unit: 'seconds',
    type: 'summary',
    metrics: [
      {
        labels: ['a', 'b'],
        value: 0,
        count: 3,
        sum: 0.25,
        quantiles: [
          [0.5, 1],
          [1, Number.NaN],
        ],
      },
    ],
  },
  {
    name: 'size_bytes',
    help: 'Sizes.',
    unit: 'bytes',
    type: 'histogram',
    metrics: [
      {
        labels: [],
        value: 0,
        count: 1_000_001,
        sum: 17.5,
        buckets: [
          [1, 2],
          [1e7, 1_000_000],
        ],
      },
      { labels: ['a', 'b'], value: 0, count: 1, sum: 1, buckets: [[Number.POSITIVE_INFINITY, 1]] },
    ],
  },
  { name: 'anything', help: '', unit: '', type: 'unknown', metrics: [{ labels: [], value: 1 }] },
  { name: 'nothing', help: 'No metrics.', unit: '', type: 'gauge', metrics: [] },
];

// The expected pages were printed by prometheus/common 0.70.1 for the same families.
const text = `# HELP requests_total Requests "so" far,\\nby \\\\path.
# TYPE requests_total counter
requests_total 1e+06
requests_total{path="a\\"b\\\\c\\nd","x.y"="日本"} 1.234567e+06 1520879607789
# TYPE opens counter
opens 3
# HELP "temperature.celsius" Dotted.
# TYPE "temperature.celsius" gauge
{"temperature.celsius"} 0
{"temperature.celsius",a="b"} NaN
{"temperature.celsius",a="c"} -Inf
{"temperature.celsius",a="d"} -1
# HELP latency_seconds Latency.
# TYPE latency_seconds summary
latency_seconds{a="b",quantile="0.5"} 1
latency_seconds{a="b",quantile="1"} NaN
latency_seconds_sum{a="b"} 0.25
latency_seconds_count{a="b"} 3
# HELP size_bytes Sizes.
# TYPE size_bytes histogram
size_bytes_bucket{le="1"} 2
size_bytes_bucket{le="1e+07"} 1e+06
size_bytes_bucket{le="+Inf"} 1.000001e+06
size_bytes_sum 17.5
size_bytes_count 1.000001e+06
size_bytes_bucket{a="b",le="+Inf"} 1
size_bytes_sum{a="b"} 1
size_bytes_count{a="b"} 1
# TYPE anything untyped
anything 1
`;

const openMetrics = `# HELP requests Requests \\"so\\" far,\\nby \\\\path.
# TYPE requests counter
requests_total 1e+06
requests_total{path="a\\"b\\\\c\\nd","x.y"="日本"} 1.234567e+06 1.520879607789e+09
# TYPE opens unknown
opens 3.0
# HELP "temperature.celsius" Dotted.
# TYPE "temperature.celsius" gauge
# UNIT "temperature.celsius" celsius
{"temperature.celsius"} 0.0
{"temperature.celsius",a="b"} NaN
{"temperature.celsius",a="c"} -Inf
{"temperature.celsius",a="d"} -1.0
# HELP latency_seconds Latency.
# TYPE latency_seconds summary
# UNIT latency_seconds seconds
latency_seconds{a="b",quantile="0.5"} 1.0
latency_seconds{a="b",quantile="1.0"} NaN
latency_seconds_sum{a="b"} 0.25
latency_seconds_count{a="b"} 3
# HELP size_bytes Sizes.
# TYPE size_bytes histogram
# UNIT size_bytes bytes
size_bytes_bucket{le="1.0"} 2
size_bytes_bucket{le="1e+07"} 1000000
size_bytes_bucket{le="+Inf"} 1000001
size_bytes_sum 17.5
size_bytes_count 1000001
size_bytes_bucket{a="b",le="+Inf"} 1
size_bytes_sum{a="b"} 1.0
size_bytes_count{a="b"} 1
# TYPE anything unknown
anything 1.0
# EOF
`;

describe('writeText and writeOpenMetrics', () => {
  it('write families as client libraries do, to the byte', () => {
    assert.equal(writeText(families), text);
    assert.equal(writeOpenMetrics(families), openMetrics);
  });

  it('escape names by the scheme that was asked for', () => {
    const family: MetricFamily = {
      name: 'a.b_c',
      help: '',
      unit: '',
      type: 'gauge',
      metrics: [{ labels: ['__name__', 'a.b', 'd.e', 'f.g', 'h_i', 'j'], value: 1 }],
    };
    const written = (escaping: 'underscores' | 'dots' | 'values'): string[] =>
      writeText([family], { escaping }).trimEnd().split('\n');
    assert.deepEqual(written('underscores'), [
      '# TYPE a_b_c gauge',
      'a_b_c{__name__="a_b",d_e="f.g",h_i="j"} 1',
    ]);
    assert.deepEqual(written('dots'), [
      '# TYPE a_dot_b__c gauge',
      'a_dot_b__c{__name__="a_dot_b",d_dot_e="f.g",h_i="j"} 1',
    ]);
    assert.deepEqual(written('values'), [
      '# TYPE U__a_2e_b__c gauge',
      'U__a_2e_b__c{__name__="U__a_2e_b",U__d_2e_e="f.g",h_i="j"} 1',
    ]);
  });

  it('write what the scanners read back as the same samples', () => {
    const ours = scanText(Buffer.from(writeText(families)));
    assert.equal(ours.error, undefined);
    assert.equal(
      writeText(familiesOf(ours)),
      writeText(families.filter(({ metrics }) => metrics.length > 0)),
    );
    // A unit must follow an underscore, as upstream has it.
    const named = families.filter(({ name }) => !name.includes('.'));
    const page = scanOpenMetrics(Buffer.from(writeOpenMetrics(named)));
    assert.equal(page.error, undefined);
    const samples = describePage(page).filter(({ kind }) => kind === 'series');
    const same = describePage(scanText(Buffer.from(writeText(named)))).filter(
      ({ kind }) => kind === 'series',
    );
    assert.deepEqual(samples, same);
  });

  const captures = [
    'prometheus-2.42.prom.txt',
    'alertmanager-0.25.0.prom.txt',
    'pushgateway-1.5.1.prom.txt',
    'node_exporter-1.5.0.prom.txt',
  ];
  for (const file of captures) {
    it(`writeText gives ${file} back to the byte`, function () {
      const dir = sharedPath('corpus', 'textparse', 'captured');
      if (dir === undefined) return this.skip();
      const bytes = readFileSync(path.join(dir, file));
      const page = scanText(bytes);
      assert.equal(page.error, undefined);
      assert.equal(writeText(familiesOf(page)), bytes.toString());
    });
  }
});

describe('escapeName', () => {
  const cases: readonly [string, string, string, string][] = [
    ['', '', '', ''],
    ['no:escaping_required', 'no:escaping_required', 'no:escaping__required', 'no:escaping_required'],
    [
      'mysystem.prod.west.cpu.load',
      'mysystem_prod_west_cpu_load',
      'mysystem_dot_prod_dot_west_dot_cpu_dot_load',
      'U__mysystem_2e_prod_2e_west_2e_cpu_2e_load',
    ],
    ['http.status:sum', 'http_status:sum', 'http_dot_status:sum', 'U__http_2e_status:sum'],
    ['label with 😱', 'label_with__', 'label__with____', 'U__label_20_with_20__1f631_'],
    ['花火', '__', '____', 'U___82b1__706b_'],
    ['0a', '_a', '__a', 'U___30_a'],
  ];
  for (const [name, underscores, dots, values] of cases) {
    it(`escapes ${JSON.stringify(name)}`, () => {
      assert.deepEqual(
        [
          escapeName(name, 'underscores'),
          escapeName(name, 'dots'),
          escapeName(name, 'values'),
          escapeName(name, 'allow-utf-8'),
        ],
        [underscores, dots, values, name],
      );
    });
  }
});
