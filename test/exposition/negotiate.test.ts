import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  acceptHeader,
  negotiateFormat,
  type ScrapeProtocol,
  selectFormat,
} from '../../src/exposition/index.js';
import { sharedPath } from '../support/shared.js';

describe('selectFormat', () => {
  const cases: readonly [string, ScrapeProtocol | '', string, string][] = [
    ['text/plain', '', 'text', ''],
    ['TEXT/PLAIN; Version="0.0.4" ;', '', 'text', ''],
    ['application/openmetrics-text; version=1.0.0', 'PrometheusText0.0.4', 'openmetrics', ''],
    ['application/vnd.google.protobuf', '', 'protobuf', ''],
    [
      '',
      '',
      '',
      'non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target',
    ],
    [
      '',
      'PrometheusProto',
      'protobuf',
      'non-compliant scrape target sending blank Content-Type, using fallback_scrape_protocol "application/vnd.google.protobuf"',
    ],
    [
      'a',
      '',
      '',
      'received unsupported Content-Type "a" and no fallback_scrape_protocol specified for target',
    ],
    [
      '/',
      '',
      '',
      'cannot parse Content-Type "/" and no fallback_scrape_protocol for target\nmime: no media type',
    ],
    [
      'a b',
      '',
      '',
      'cannot parse Content-Type "a b" and no fallback_scrape_protocol for target\nmime: expected slash after first token',
    ],
    [
      'a/b/c',
      'OpenMetricsText1.0.0',
      'openmetrics',
      'could not parse received Content-Type "a/b/c", using fallback_scrape_protocol "application/openmetrics-text"\nmime: unexpected content after media subtype',
    ],
    [
      'text/plain; x',
      '',
      '',
      'cannot parse Content-Type "text/plain; x" and no fallback_scrape_protocol for target\nmime: invalid media parameter',
    ],
    [
      'text/plain; x=1; X=2',
      '',
      '',
      'cannot parse Content-Type "text/plain; x=1; X=2" and no fallback_scrape_protocol for target\nmime: duplicate parameter name',
    ],
    [
      'text/html',
      'PrometheusText1.0.0',
      'text',
      'received unsupported Content-Type "text/html", using fallback_scrape_protocol "text/plain"',
    ],
  ];
  for (const [contentType, fallbackProtocol, format, said] of cases) {
    it(`answers ${JSON.stringify(contentType)} with fallback "${fallbackProtocol}"`, () => {
      const selected = selectFormat({ contentType, fallbackProtocol });
      const found = 'error' in selected ? ['', selected.error] : [selected.format, selected.warning ?? ''];
      assert.deepEqual(found, [format, said]);
    });
  }

  it('agrees with upstream’s table', function () {
    const file = sharedPath('corpus', 'textparse', 'upstream', 'content-type-negotiation.json');
    if (file === undefined) return this.skip();
    const table = JSON.parse(readFileSync(path.resolve(file), 'utf8')) as Record<
      string,
      { contentType?: string; fallbackScrapeProtocol?: string; validateParser: string; err?: string }
    >;
    const formats = { Prom: 'text', OpenMetrics: 'openmetrics', Protobuf: 'protobuf', Nil: undefined };
    assert.equal(Object.keys(table).length, 20);
    for (const [name, row] of Object.entries(table)) {
      const protocol = (row.fallbackScrapeProtocol ?? '')
        .replace('config.', '')
        .replace(/(\d)_(\d)_(\d)/, '$1.$2.$3') as ScrapeProtocol | '';
      const selected = selectFormat({ contentType: row.contentType ?? '', fallbackProtocol: protocol });
      const parser = row.validateParser.replace(/^require|Parser$/g, '') as keyof typeof formats;
      assert.equal('error' in selected ? undefined : selected.format, formats[parser], name);
      const said = 'error' in selected ? selected.error : (selected.warning ?? '');
      assert.ok(row.err === undefined ? said === '' : said.includes(row.err), `${name}: ${said}`);
    }
  });
});

describe('acceptHeader', () => {
  it('lists the default protocols with falling weights', () => {
    assert.equal(
      acceptHeader(
        ['OpenMetricsText1.0.0', 'OpenMetricsText0.0.1', 'PrometheusText1.0.0', 'PrometheusText0.0.4'],
        'allow-utf-8',
      ),
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,' +
        'application/openmetrics-text;version=0.0.1;q=0.5,' +
        'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    );
  });

  it('names the protobuf message and another escaping scheme', () => {
    assert.equal(
      acceptHeader(['PrometheusProto', 'PrometheusText1.0.0'], 'underscores'),
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,' +
        'text/plain;version=1.0.0;escaping=underscores;q=0.5,*/*;q=0.4',
    );
  });
});

describe('negotiateFormat', () => {
  const text = 'text/plain; version=0.0.4; charset=utf-8; escaping=';
  const open = 'application/openmetrics-text; version=';
  const cases: readonly { accept: string | undefined; text: string; openMetrics?: string }[] = [
    { accept: undefined, text: `${text}underscores` },
    { accept: '*/*', text: `${text}underscores` },
    { accept: 'text/plain;version=0.0.4;escaping=allow-utf-8', text: `${text}allow-utf-8` },
    { accept: 'text/plain;version=1.0.0;escaping=dots', text: `${text}dots` },
    { accept: 'text/plain; escaping=nonsense', text: `${text}underscores` },
    {
      accept:
        'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      text: `${text}allow-utf-8`,
      openMetrics: `${open}1.0.0; charset=utf-8; escaping=allow-utf-8`,
    },
    {
      accept: 'application/openmetrics-text',
      text: `${text}underscores`,
      openMetrics: `${open}0.0.1; charset=utf-8; escaping=underscores`,
    },
    { accept: 'application/openmetrics-text;version=2.0.0', text: `${text}underscores` },
    { accept: 'text/plain;q=0.5, application/openmetrics-text;q=0.4', text: `${text}underscores` },
    {
      accept: 'text/plain;q=0.4, application/openmetrics-text;version=0.0.1;q=0.5',
      text: `${text}underscores`,
      openMetrics: `${open}0.0.1; charset=utf-8; escaping=underscores`,
    },
    {
      accept: 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited',
      text: `${text}underscores`,
    },
    { accept: ',;/=,a/,a/b/c;q=x,'.repeat(5000), text: `${text}underscores` },
  ];
  for (const { accept, openMetrics, ...expected } of cases) {
    it(`answers ${JSON.stringify(accept?.slice(0, 100))}`, () => {
      assert.equal(negotiateFormat(accept).contentType, expected.text);
      assert.equal(negotiateFormat(accept, { openMetrics: true }).contentType, openMetrics ?? expected.text);
    });
  }
});
