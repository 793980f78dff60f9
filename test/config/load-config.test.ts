import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type LoadedConfig, loadConfig, renderConfig } from '../../src/config/index.js';
import { upstreamMessage } from '../../src/yaml/index.js';
import { sharedPath } from '../support/shared.js';

function load(text: string, file = 'prometheus.yml', env: Record<string, string> = {}): LoadedConfig {
  return loadConfig({ text, file, baseDirectory: '/etc', env });
}

/** What upstream would print of the file, or "" when it is good. */
function verdict(loaded: LoadedConfig, file: string): string {
  const message = upstreamMessage(loaded.problems);
  return message === undefined ? '' : `parsing YAML file ${file}: ${message}`;
}

interface Row {
  readonly filename: string;
  readonly errMsg: string;
}

describe('loadConfig', () => {
  it('fails on upstream’s bad files with upstream’s texts', function () {
    const folder = sharedPath('corpus', 'config', 'prometheus');
    if (folder === undefined) return this.skip();
    const { cases } = JSON.parse(readFileSync(path.join(folder, 'bad-configs.json'), 'utf8')) as {
      cases: Row[];
    };
    const wrong: string[] = [];
    for (const { filename, errMsg } of cases) {
      const file = `testdata/${filename}`;
      const said = verdict(load(readFileSync(path.join(folder, file), 'utf8'), file), file);
      if (!said.includes(errMsg)) wrong.push(`${filename}: expected ${errMsg}, got ${said}`);
    }
    assert.deepEqual(wrong, []);
    assert.equal(cases.length, 136);
  });

  it('accepts and renders upstream’s good files', function () {
    const folder = sharedPath('corpus', 'config', 'prometheus', 'testdata');
    if (folder === undefined) return this.skip();
    const files = readdirSync(folder).filter((name) => name.endsWith('.good.yml'));
    assert.ok(files.length > 50);
    for (const name of files) {
      const loaded = load(readFileSync(path.join(folder, name), 'utf8'), name);
      assert.equal(verdict(loaded, name), '');
      assert.ok(loaded.config);
      assert.match(renderConfig(loaded.config), /^global:\n/);
    }
  });

  it('says of files found in the wild what promtool says', function () {
    const folder = sharedPath('corpus', 'configs-in-the-wild');
    if (folder === undefined) return this.skip();
    const wrong: string[] = [];
    for (const line of readFileSync(path.join(folder, 'verdicts.jsonl'), 'utf8').trim().split('\n')) {
      const { file, runs } = JSON.parse(line) as { file: string; runs: { args: string[]; stderr: string }[] };
      const run = runs.find(({ args }) => args[0] === '--syntax-only');
      const want = (run?.stderr ?? '').trim().replace(/^FAILED: /, '');
      const said = verdict(load(readFileSync(path.join(folder, file), 'utf8')), 'prometheus.yml');
      if (said !== want) wrong.push(`${file}: expected ${want}, got ${said}`);
    }
    assert.deepEqual(wrong, []);
  });

  it('reports every problem of a file with its place, and what upstream says of it', () => {
    const text = [
      'global:',
      '  scrape_intervall: 5s',
      'scrape_configs:',
      '  - job_name: a',
      '    honor_labels: maybe',
      '    sample_limit: -1',
      '  - job_name: b',
      '    scrape_timeout: 2x',
      'nonsense: []',
    ].join('\n');
    const { problems, config } = load(text);
    assert.equal(config, undefined);
    assert.deepEqual(
      problems.map(({ path: at, line, column, message }) => [at, line, column, message]),
      [
        ['global', 2, 3, 'unknown key "scrape_intervall", did you mean "scrape_interval"?'],
        ['scrape_configs[0].honor_labels', 5, 19, 'expected a boolean, found !!str `maybe`'],
        ['scrape_configs[0].sample_limit', 6, 19, 'expected an integer, found !!int `-1`'],
        ['scrape_configs[1].scrape_timeout', 8, 21, 'unknown unit "x" in duration "2x"'],
        ['', 9, 1, 'unknown key "nonsense"'],
      ],
    );
    assert.equal(upstreamMessage(problems), 'unknown unit "x" in duration "2x"');
  });

  it('fills in what jobs inherit', () => {
    const { config } = load(
      'global: {scrape_interval: 5s, sample_limit: 7, external_labels: {a: "$X-$Y-$$"}}\nscrape_configs: [{job_name: j}]',
      'f',
      { X: '1' },
    );
    assert.ok(config);
    const scrape = config.jobs[0]?.scrape;
    assert.equal(scrape?.scrapeIntervalMs, 5000);
    assert.equal(scrape?.scrapeTimeoutMs, 5000);
    assert.equal(scrape?.sampleLimit, 7);
    assert.equal(config.global.externalLabels.get('a'), '1--$');
  });

  it('treats __proto__ and constructor as data', () => {
    const { config, problems } = load(
      'scrape_configs:\n- job_name: j\n  params: {__proto__: [x], constructor: [y]}\n  static_configs: [{targets: [a], labels: {__proto__: z}}]',
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      [...(config?.jobs[0]?.scrape.params ?? [])],
      [
        ['__proto__', ['x']],
        ['constructor', ['y']],
      ],
    );
    assert.equal(config?.jobs[0]?.discovery.staticGroups[0]?.labels.get('__proto__'), 'z');
  });

  it('names what has no effect, once', () => {
    const { notYetEffective } = load(
      'remote_write: [{url: "http://x"}]\nscrape_configs:\n- {job_name: a, consul_sd_configs: [{server: x}]}\n- {job_name: b, consul_sd_configs: [{server: y}]}',
    );
    assert.deepEqual(notYetEffective, ['remote_write', 'scrape_configs[].consul_sd_configs']);
  });
});

describe('renderConfig', () => {
  it('prints a recorded server’s configuration to the byte', function () {
    const file = sharedPath('corpus', 'api', 'prometheus', 'live.jsonl');
    if (file === undefined) return this.skip();
    const line = readFileSync(file, 'utf8')
      .split('\n')
      .find((candidate) => candidate.includes('status/config'));
    const exchange = JSON.parse(line as string) as { response?: { body: string }; body?: string };
    const { data } = JSON.parse((exchange.response?.body ?? exchange.body) as string) as {
      data: { yaml: string };
    };
    const text = data.yaml.replace('    outofordertimewindow: 0\n', '');
    const { config } = loadConfig({ text, file: 'x', baseDirectory: '.', env: {} });
    assert.ok(config);
    const hundredYearsMs = 100 * 365 * 24 * 3600 * 1000;
    assert.equal(renderConfig(config, { retention: { timeMs: hundredYearsMs } }), data.yaml);
  });

  /** The golden is what Prometheus 3.14.0 prints of the same file. */
  it('prints every block and every mechanism of discovery, and no secret of them', () => {
    const file = path.resolve('fixtures', 'config', 'whole.yml');
    const text = readFileSync(file, 'utf8');
    const { config } = loadConfig({ text, file, baseDirectory: 'own', env: {} });
    assert.ok(config);
    const printed = renderConfig(config);
    assert.equal(printed, readFileSync(file.replace('.yml', '.printed.yml'), 'utf8'));
    assert.ok((text.match(/canary/g)?.length ?? 0) > 25);
    assert.doesNotMatch(printed, /canary/);
  });

  it('never prints a secret', () => {
    const { config } = load(
      [
        'scrape_configs:',
        '- job_name: j',
        '  basic_auth: {username: u, password: hunter2}',
        '  http_headers: {X-Key: {secrets: [hunter3]}}',
        '  tls_config: {key: hunter4, cert: c}',
        '  consul_sd_configs: [{token: hunter5}]',
        'remote_write: [{url: x, basic_auth: {password: hunter6}}]',
      ].join('\n'),
    );
    assert.ok(config);
    const text = renderConfig(config);
    assert.doesNotMatch(text, /hunter/);
    assert.equal(text.match(/<secret>/g)?.length, 5);
  });
});
