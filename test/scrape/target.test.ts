import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { loadConfig } from '../../src/config/index.js';
import { Labels } from '../../src/model/index.js';
import { Target, targetLabels } from '../../src/scrape/index.js';
import type { ScrapeOptions } from '../../src/scrape/options.js';
import { sharedPath } from '../support/shared.js';
import { jobOptions } from './scrape-fixture.js';

interface Table {
  readonly test: string;
  readonly cases: readonly Record<string, unknown>[];
}

const identifiers: Readonly<Record<string, string>> = {
  'model.SchemeLabel': '__scheme__',
  'model.MetricsPathLabel': '__metrics_path__',
  'model.ScrapeIntervalLabel': '__scrape_interval__',
  'model.ScrapeTimeoutLabel': '__scrape_timeout__',
  'model.AddressLabel': '__address__',
  'model.InstanceLabel': 'instance',
  'model.JobLabel': 'job',
  convertClassicHistogramsToNHCBLabel: '__convert_classic_histograms_to_nhcb__',
  alwaysScrapeClassicHistogramsLabel: '__always_scrape_classic_histograms__',
  scrapeNativeHistogramsLabel: '__scrape_native_histograms__',
};

/** Bytes that are no UTF-8 stand for themselves as lone surrogates. */
function tableText(value: unknown): string {
  if (typeof value === 'string') return value;
  const bytes = Buffer.from((value as { $bytes_base64: string }).$bytes_base64, 'base64');
  return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
}

/** A label set of an extracted table: names may be identifiers of upstream's constants. */
function tableLabels(given: unknown): Labels {
  const pairs = Object.entries((given ?? {}) as Record<string, string>).flatMap(([name, value]) => {
    if (name === '$type') return [];
    const id = /^\{"\$id": "(.*)"\}$/.exec(name)?.[1];
    return [identifiers[id ?? name] ?? id ?? name, tableText(value)];
  });
  return Labels.fromPairs(...pairs);
}

function tables(test: string): readonly Record<string, unknown>[] | undefined {
  const file = sharedPath('corpus', 'config', 'scrape', 'upstream-test-tables.json');
  if (file === undefined) return undefined;
  const all = JSON.parse(readFileSync(file, 'utf8')) as Table[];
  return all.find((table) => table.test === test)?.cases;
}

interface UpstreamConfig {
  readonly Scheme?: string;
  readonly MetricsPath?: string;
  readonly JobName?: string;
  readonly ScrapeInterval?: number;
  readonly ScrapeTimeout?: number;
  readonly Params?: Record<string, string[]>;
  /** A call that makes a pointer to a boolean. */
  readonly ConvertClassicHistogramsToNHCB?: unknown;
  readonly RelabelConfigs?: readonly Record<string, unknown>[];
}

function optionsOf(config: UpstreamConfig): ScrapeOptions {
  return {
    ...jobOptions(),
    scheme: config.Scheme ?? '',
    metricsPath: config.MetricsPath ?? '',
    jobName: config.JobName ?? '',
    scrapeIntervalMs: config.ScrapeInterval ?? 0,
    scrapeTimeoutMs: config.ScrapeTimeout ?? 0,
    params: new Map(Object.entries(config.Params ?? {}).filter(([name]) => name !== '$type')),
    convertClassicHistogramsToNhcb: JSON.stringify(config.ConvertClassicHistogramsToNHCB ?? '').includes(
      'true',
    ),
    relabelConfigs: rulesOf(config.RelabelConfigs ?? []),
  };
}

function labelName(name: string): string {
  return identifiers[name] ?? name;
}

function rulesOf(rules: readonly Record<string, unknown>[]): ScrapeOptions['relabelConfigs'] {
  if (rules.length === 0) return [];
  const written = rules.map((rule) => {
    return {
      action: (rule.Action as string).replace('relabel.', '').toLowerCase(),
      regex: rule.Regex,
      source_labels: ((rule.SourceLabels as { values: string[] }).values ?? []).map(labelName),
      target_label: labelName(rule.TargetLabel as string),
      ...(rule.Replacement === undefined ? {} : { replacement: rule.Replacement }),
      ...(rule.Separator === undefined ? {} : { separator: rule.Separator }),
    };
  });
  return jobOptions(`relabel_configs: ${JSON.stringify(written)}`).relabelConfigs;
}

describe('target labels', () => {
  it('are what upstream’s table says', function () {
    const cases = tables('TestPopulateLabels');
    if (cases === undefined) return this.skip();
    let compared = 0;
    for (const row of cases) {
      const options = optionsOf((row.cfg ?? {}) as UpstreamConfig);
      const result = targetLabels(options, { target: tableLabels(row.in), group: Labels.empty });
      const error = row.err as string | undefined;
      if (error !== undefined) {
        assert.deepEqual(result, { kind: 'invalid', error }, JSON.stringify(row.in));
      } else {
        assert.equal(result.kind, 'active', JSON.stringify([row.in, result]));
        if (result.kind === 'active')
          assert.deepEqual(result.labels.toObject(), tableLabels(row.res).toObject());
      }
      compared++;
    }
    assert.equal(compared, cases.length);
  });

  it('are dropped where a rule takes away the address or the target', function () {
    const cases = tables('TestTargetsFromGroupWithLabelKeepDrop');
    if (cases === undefined) return this.skip();
    for (const row of cases) {
      const text = row.cfgText as string;
      const { config } = loadConfig({ text, file: 'f', baseDirectory: '/', env: {} });
      const options = config?.jobs[0]?.scrape;
      assert.ok(options, text);
      const target = Labels.fromPairs('__address__', 'localhost:9090');
      const { kind } = targetLabels(options, { target, group: Labels.empty });
      assert.equal(kind !== 'active', row.shouldDropTarget === true, text);
    }
  });
});

describe('Target', () => {
  const urls: readonly [name: string, yaml: string, labels: string[], url: string][] = [
    ['plain', '', [], 'http://a:1/metrics'],
    ['no port is added', 'scheme: https', ['__address__', 'h'], 'https://h/metrics'],
    [
      'parameters are sorted and escaped',
      'params: {b: ["x y"], a: ["1", "2"]}',
      [],
      'http://a:1/metrics?a=1&a=2&b=x+y',
    ],
    [
      'a label replaces the first value',
      'params: {a: ["1", "2"]}',
      ['__param_a', '9'],
      'http://a:1/metrics?a=9&a=2',
    ],
    ['a question mark is part of the path', 'metrics_path: /p?x=1', [], 'http://a:1/p%3Fx=1'],
    ['a path gets its slash', 'metrics_path: p', [], 'http://a:1/p'],
  ];
  for (const [name, yaml, labels, url] of urls) {
    it(`has a URL: ${name}`, () => {
      const options = jobOptions(yaml);
      const discovered = { target: Labels.fromPairs('__address__', 'a:1', ...labels), group: Labels.empty };
      const result = targetLabels(options, discovered);
      assert.equal(result.kind, 'active');
      if (result.kind === 'active') assert.equal(new Target(result.labels, options, discovered).url, url);
    });
  }

  it('starts within its interval, the same way every time', () => {
    const options = jobOptions();
    const discovered = { target: Labels.fromPairs('__address__', 'a:1'), group: Labels.empty };
    const result = targetLabels(options, discovered);
    assert.ok(result.kind === 'active');
    const target = new Target(result.labels, options, discovered);
    const dueAt = (nowMs: number): number =>
      (nowMs + target.offsetMs({ intervalMs: 10_000, seed: 5n, nowMs })) % 10_000;
    const first = dueAt(1_700_000_000_000);
    for (const nowMs of [1_700_000_000_001, 1_700_000_004_000, 1_700_000_123_456]) {
      assert.ok(Math.abs(dueAt(nowMs) - first) < 0.01);
      const offsetMs = target.offsetMs({ intervalMs: 10_000, seed: 5n, nowMs });
      assert.ok(offsetMs >= 0 && offsetMs <= 10_000);
    }
  });
});
