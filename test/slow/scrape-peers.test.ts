/**
 * Real exporters, scraped by tsprom and by Prometheus at the same time, compared; then the data directory that tsprom
 * wrote, opened by Prometheus 3.14 and by Debian's 2.42, answers compared with tsprom's own.
 * MINUTES (10) is how long both scrape. Peers are those of test/support/peers.ts.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/base/index.js';
import { scanOpenMetrics, scanText, seriesLabels } from '../../src/exposition/index.js';
import { peerPath } from '../support/peers.js';
import { freePort, Program, tsprom } from '../support/programs.js';

const minutes = Number(process.env.MINUTES ?? 10);
const intervalSeconds = 5;
const seed = Number(process.env.SEED ?? 20261122);

interface Scrape {
  readonly atMs: number;
  /** Value text by label set (its JSON), the target's own labels alone. */
  readonly values: ReadonlyMap<string, string>;
}

type Scraper = 'tsprom' | 'prometheus';

/** Stands between the servers and an exporter, and remembers what it gave to whom. */
class RecordingProxy {
  readonly scrapes: Record<Scraper, Scrape[]> = { tsprom: [], prometheus: [] };
  readonly #server: Server;

  constructor(target: string) {
    this.#server = createServer(async (request, response) => {
      const scraper: Scraper = request.url?.includes('/tsprom') ? 'tsprom' : 'prometheus';
      const page = await fetch(target, { headers: { accept: request.headers.accept ?? '*/*' } });
      const contentType = page.headers.get('content-type') ?? 'text/plain';
      const body = new Uint8Array(await page.arrayBuffer());
      this.scrapes[scraper].push({ atMs: Date.now(), values: valuesOf(body, contentType) });
      response.setHeader('content-type', contentType);
      response.end(body);
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function valuesOf(body: Uint8Array, contentType: string): Map<string, string> {
  const page = contentType.includes('openmetrics') ? scanOpenMetrics(body, {}) : scanText(body, {});
  assert.equal(page.error, undefined);
  const values = new Map<string, string>();
  for (let row = 0; row < page.sampleCount; row++) {
    values.set(JSON.stringify(seriesLabels(page, row).toObject()), String(page.values[row]));
  }
  return values;
}

interface ApiSeries {
  readonly metric: Record<string, string>;
  readonly values?: [number, string][];
  readonly value?: [number, string];
}

async function ask(port: number, endpoint: string, form: Record<string, string>): Promise<ApiSeries[]> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/${endpoint}`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  const answer = (await response.json()) as { status: string; error?: string; data: { result: ApiSeries[] } };
  assert.equal(answer.status, 'success', `${form.query}: ${answer.error}`);
  return answer.data.result;
}

const keyOf = (metric: Record<string, string>): string => JSON.stringify(Object.entries(metric).sort());

/** Ends with what both answers hold, by series, for a comparison of any kind. */
function pairSeries(query: string, ours: ApiSeries[], theirs: ApiSeries[]): [ApiSeries, ApiSeries][] {
  const byKey = new Map(theirs.map((series) => [keyOf(series.metric), series]));
  assert.deepEqual(ours.map((s) => keyOf(s.metric)).sort(), [...byKey.keys()].sort(), `series of ${query}`);
  return ours.map((series) => [series, byKey.get(keyOf(series.metric)) as ApiSeries]);
}

/** Series that hold nothing but the sample at the edge go too. */
function dropLeftEdge(answer: ApiSeries[], edgeMs: number): void {
  for (const [i, series] of [...answer.entries()].reverse()) {
    const first = series.values?.[0];
    if (first === undefined || Math.round(first[0] * 1000) !== edgeMs) continue;
    series.values?.shift();
    if (series.values?.length === 0) answer.splice(i, 1);
  }
}

function assertClose(query: string, ours: ApiSeries[], theirs: ApiSeries[], tolerance: number): void {
  for (const [mine, other] of pairSeries(query, ours, theirs)) {
    assert.equal(mine.values?.length, other.values?.length, `points of ${query}`);
    mine.values?.forEach(([t, text], i) => {
      const [otherT, otherText] = (other.values ?? [])[i] as [number, string];
      assert.equal(t, otherT, query);
      const [a, b] = [Number(text.replace('Inf', 'Infinity')), Number(otherText.replace('Inf', 'Infinity'))];
      const close = Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
      assert.ok(close, `${query} at ${t} of ${keyOf(mine.metric)}: ${text} and ${otherText}`);
    });
  }
}

const targets = ['node', 'pushgateway', 'alertmanager', 'prometheus'] as const;

function config(scraper: Scraper, proxies: ReadonlyMap<string, string>): string {
  const jobs = [...proxies].map(
    ([job, address]) => `  - job_name: ${job}
    metrics_path: /${scraper}
    static_configs:
      - targets: ['${address}']
        labels: {instance: ${job}}`,
  );
  return `global:\n  scrape_interval: ${intervalSeconds}s\nscrape_configs:\n${jobs.join('\n')}\n`;
}

describe('real exporters, scraped by tsprom and by Prometheus', function () {
  this.timeout((minutes + 10) * 60_000);
  const peers = {
    prometheus: peerPath('prometheus'),
    node: peerPath('prometheus-node-exporter') ?? peerPath('node_exporter'),
    pushgateway: peerPath('pushgateway'),
    alertmanager: peerPath('alertmanager'),
  };
  const programs: Program[] = [];
  const proxies = new Map<string, RecordingProxy>();
  const directory = mkdtempSync(path.join(tmpdir(), 'tsprom-peers-'));
  const dataDirectory = path.join(directory, 'tsprom-data');
  let ports: Record<Scraper, number>;

  const start = async (command: readonly string[], url: string): Promise<Program> => {
    const program = new Program(command, { cwd: directory });
    programs.push(program);
    return program.ready(url);
  };
  const serve = (
    scraper: Scraper,
    options: { configFile: string; data: string; port: number; binary?: string },
  ) =>
    start(
      [
        ...(scraper === 'tsprom' ? [...tsprom, 'server'] : [options.binary ?? (peers.prometheus as string)]),
        `--config.file=${options.configFile}`,
        `--storage.tsdb.path=${options.data}`,
        `--web.listen-address=127.0.0.1:${options.port}`,
      ],
      `http://127.0.0.1:${options.port}/-/ready`,
    );

  before(async function () {
    const missing = Object.entries(peers).filter(([, found]) => found === undefined);
    if (missing.length > 0) {
      process.stdout.write(`  skipped: not found: ${missing.map(([name]) => name).join(', ')}\n`);
      this.skip();
    }
    const [node, push, alert, prometheus, ours] = await Promise.all([1, 2, 3, 4, 5].map(freePort));
    ports = { tsprom: ours as number, prometheus: prometheus as number };
    await start(
      [peers.node as string, `--web.listen-address=127.0.0.1:${node}`],
      `http://127.0.0.1:${node}/metrics`,
    );
    await start(
      [peers.pushgateway as string, `--web.listen-address=127.0.0.1:${push}`],
      `http://127.0.0.1:${push}/-/ready`,
    );
    writeFileSync(
      path.join(directory, 'alertmanager.yml'),
      'route: {receiver: none}\nreceivers: [{name: none}]\n',
    );
    await start(
      [
        peers.alertmanager as string,
        `--web.listen-address=127.0.0.1:${alert}`,
        '--cluster.listen-address=',
        '--config.file=alertmanager.yml',
      ],
      `http://127.0.0.1:${alert}/-/ready`,
    );
    await fetch(`http://127.0.0.1:${push}/metrics/job/batch/instance/a`, {
      method: 'PUT',
      body: '# TYPE done_total counter\ndone_total{shard="1"} 42\n# TYPE took_seconds gauge\ntook_seconds 1.5e-7\n',
    });
    const addresses = { node, pushgateway: push, alertmanager: alert, prometheus };
    const proxied = new Map<string, string>();
    for (const name of targets) {
      const proxy = new RecordingProxy(`http://127.0.0.1:${addresses[name]}/metrics`);
      proxies.set(name, proxy);
      proxied.set(name, await proxy.listen());
    }
    for (const scraper of ['prometheus', 'tsprom'] as const) {
      const configFile = path.join(directory, `${scraper}.yml`);
      writeFileSync(configFile, config(scraper, proxied));
      const data = scraper === 'tsprom' ? dataDirectory : path.join(directory, 'prometheus-data');
      await serve(scraper, { configFile, data, port: ports[scraper] });
    }
    await sleep(minutes * 60_000);
  });

  after(async () => {
    for (const program of programs) await program.stop();
    for (const proxy of proxies.values()) proxy.close();
    rmSync(directory, { recursive: true, force: true });
  });

  for (const job of targets) {
    it(`keeps the same series and values of ${job}`, async () => {
      const { scrapes } = proxies.get(job) as RecordingProxy;
      const mine = scrapes.tsprom.at(-2) as Scrape;
      const other = scrapes.prometheus.reduce((best, scrape) =>
        Math.abs(scrape.atMs - mine.atMs) < Math.abs(best.atMs - mine.atMs) ? scrape : best,
      );
      const stored = async (scraper: Scraper, scrape: Scrape): Promise<Map<string, string>> => {
        const time = String((scrape.atMs + 1000) / 1000);
        const answer = await ask(ports[scraper], 'query', { query: `{job="${job}"}`, time });
        return new Map(answer.map(({ metric, value }) => [keyOf(metric), value?.[1] as string]));
      };
      const [ours, theirs] = [await stored('tsprom', mine), await stored('prometheus', other)];
      const own = /^(up|scrape_[a-z_]+)$/;
      let compared = 0;
      for (const [labels, text] of mine.values) {
        if (other.values.get(labels) !== text) continue;
        const object = JSON.parse(labels) as Record<string, string>;
        for (const name of ['job', 'instance']) {
          if (object[name] !== undefined) object[`exported_${name}`] = object[name];
          object[name] = job;
        }
        const key = keyOf(object);
        assert.notEqual(ours.get(key), undefined, `tsprom lacks ${key}`);
        assert.equal(ours.get(key), theirs.get(key), key);
        compared++;
      }
      const names = (found: Map<string, string>, page: Scrape): string[] =>
        [...found.keys()]
          .filter((key) => !own.test(nameOf(key)))
          .concat(page.values.size > 0 ? [] : ['none'])
          .sort();
      const both = (keys: string[], page: Scrape, otherPage: Scrape): string[] =>
        page.values.size === otherPage.values.size
          ? keys
          : keys.filter((key) => ours.has(key) && theirs.has(key));
      assert.deepEqual(both(names(ours, mine), mine, other), both(names(theirs, other), mine, other));
      assert.equal(names(ours, mine).length, mine.values.size);
      const synthetic = (found: Map<string, string>): string[] =>
        [...found.keys()]
          .map(nameOf)
          .filter((name) => own.test(name))
          .sort();
      assert.deepEqual(synthetic(ours), synthetic(theirs));
      assert.ok(compared > mine.values.size / 4, `${compared} of ${mine.values.size} compared`);
      process.stdout.write(`  ${job}: ${mine.values.size} series, ${compared} unchanged values equal, `);
      process.stdout.write(`${scrapes.tsprom.length} and ${scrapes.prometheus.length} scrapes\n`);
    });
  }

  it('gives answers equal to Prometheus’ on the data directory that it wrote', async () => {
    const endMs = Date.now();
    await programs.at(-1)?.stop();
    const empty = path.join(directory, 'empty.yml');
    writeFileSync(empty, 'scrape_configs: []\n');
    const copies = { tsprom: path.join(directory, 'copy-a'), prometheus: path.join(directory, 'copy-b') };
    const equalPorts: Record<Scraper, number> = { tsprom: await freePort(), prometheus: await freePort() };
    for (const scraper of ['tsprom', 'prometheus'] as const) {
      cpSync(dataDirectory, copies[scraper], { recursive: true });
      rmSync(path.join(copies[scraper], 'lock'), { force: true });
      await serve(scraper, { configFile: empty, data: copies[scraper], port: equalPorts[scraper] });
    }
    const counts = await compareAnswers(equalPorts.tsprom, equalPorts.prometheus, endMs);
    process.stdout.write(
      `  seed ${seed}: ${counts.selections} selections equal, ${counts.queries} queries within 1e-12\n`,
    );
    const debian = process.env.PROMETHEUS_242 ?? peerPath('prometheus-2.42');
    if (debian === undefined) {
      process.stdout.write(
        '  not compared with 2.42: neither $PROMETHEUS_242 nor prometheus-2.42 is there\n',
      );
      return;
    }
    const data = path.join(directory, 'copy-c');
    cpSync(dataDirectory, data, { recursive: true });
    rmSync(path.join(data, 'lock'), { force: true });
    const port = await freePort();
    await serve('prometheus', { configFile: empty, data, port, binary: debian });
    const old = await compareSelections(equalPorts.tsprom, port, endMs, true);
    process.stdout.write(`  2.42: ${old} selections equal\n`);
  });

  /**
   * Raw and range selections, equal to the last bit as text. A range of 2.42 holds its left edge, one of 3.x does not:
   * a sample that stands exactly there is left out of 2.42's answer.
   */
  async function compareSelections(
    ours: number,
    theirs: number,
    endMs: number,
    isLeftClosed = false,
  ): Promise<number> {
    const random = seededRandom(seed);
    const names = await metricNames(ours, endMs);
    let count = 0;
    while (count < 200) {
      const name = names[random.uint32() % names.length] as string;
      const end = (endMs - Math.floor(random.float() * minutes * 30_000)) / 1000;
      const rangeSeconds = 10 + (random.uint32() % Math.ceil(minutes * 60));
      const isRaw = count % 2 === 0;
      const form = isRaw
        ? { query: `{__name__="${name}"}[${rangeSeconds}s]`, time: String(end) }
        : { query: `{__name__="${name}"}`, start: String(end - 60 * minutes), end: String(end), step: '7' };
      const endpoint = isRaw ? 'query' : 'query_range';
      const [mine, other] = [await ask(ours, endpoint, form), await ask(theirs, endpoint, form)];
      if (isRaw && isLeftClosed) dropLeftEdge(other, Math.round(end * 1000) - rangeSeconds * 1000);
      for (const [a, b] of pairSeries(form.query, mine, other)) {
        assert.deepEqual(a.values, b.values, JSON.stringify(form));
      }
      count++;
    }
    return count;
  }

  async function compareAnswers(ours: number, theirs: number, endMs: number) {
    const selections = await compareSelections(ours, theirs, endMs);
    const random = seededRandom(seed + 1);
    const names = await metricNames(ours, endMs);
    const counters = names.filter((name) => name.endsWith('_total'));
    const buckets = names.filter((name) => name.endsWith('_bucket'));
    const pick = (list: string[]): string => list[random.uint32() % list.length] as string;
    const forms: (() => string)[] = [
      () => `rate(${pick(counters)}[1m])`,
      () => `sum by (job) (rate(${pick(counters)}[2m]))`,
      () => `increase(${pick(counters)}[90s]) > 0`,
      () => `avg_over_time(${pick(names)}[1m])`,
      () => `max without (instance) (${pick(names)})`,
      () => `histogram_quantile(0.9, sum by (le, job) (rate(${pick(buckets)}[2m])))`,
      () => `topk(3, ${pick(names)})`,
      () => `stddev by (job) (${pick(names)})`,
      () => `quantile_over_time(0.5, ${pick(names)}[1m])`,
      () => `deriv(${pick(names)}[2m])`,
      () => `irate(${pick(counters)}[1m]) / on (job, instance) group_left up`,
      () => `max_over_time(rate(${pick(counters)}[1m])[2m:15s])`,
      () => `${pick(names)} offset 30s - ${pick(names)}`,
      () => `count_values("v", ${pick(names)})`,
      () => `predict_linear(${pick(names)}[2m], 600)`,
      () => `label_replace(${pick(names)}, "x", "$1-y", "job", "(.).*")`,
      () => `changes(${pick(names)}[2m]) + resets(${pick(names)}[2m])`,
      () => `absent(${pick(names)}{job="none"})`,
    ];
    let queries = 0;
    while (queries < 200) {
      const query = (forms[queries % forms.length] as () => string)();
      const end = Math.floor(endMs / 1000 - random.float() * 60);
      const form = { query, start: String(end - minutes * 50), end: String(end), step: '10' };
      const answers = await Promise.allSettled([
        ask(ours, 'query_range', form),
        ask(theirs, 'query_range', form),
      ]);
      const [mine, other] = answers;
      assert.equal(mine.status, other.status, `${query}: ${JSON.stringify(answers).slice(0, 500)}`);
      if (mine.status === 'fulfilled' && other.status === 'fulfilled')
        assertClose(query, mine.value, other.value, 1e-12);
      queries++;
    }
    return { selections, queries };
  }

  async function metricNames(port: number, endMs: number): Promise<string[]> {
    const start = String(endMs / 1000 - minutes * 60);
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/label/__name__/values?start=${start}`);
    const { data } = (await response.json()) as { data: string[] };
    assert.ok(data.length > 300, `${data.length} metric names`);
    return data;
  }
});

function nameOf(key: string): string {
  return new Map(JSON.parse(key) as [string, string][]).get('__name__') ?? '';
}
