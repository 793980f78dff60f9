import assert from 'node:assert/strict';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryDirectory, writeDataDirectory, writeSampleBlock } from '../commands/sample-directory.js';
import { freePort, Program, runTsprom, tsprom } from '../support/programs.js';

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** A server in a directory of its own. */
class Site {
  readonly directory = temporaryDirectory();
  port = 0;
  server: Program | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  writeConfig(text: string): void {
    writeFileSync(
      path.join(this.directory, 'prometheus.yml'),
      text.replaceAll('SELF', `127.0.0.1:${this.port}`),
    );
  }

  async start(...flags: readonly string[]): Promise<Program> {
    this.port ||= await freePort();
    const args = ['server', `--web.listen-address=127.0.0.1:${this.port}`, ...flags];
    this.server = new Program([...tsprom, ...args], { cwd: this.directory });
    return this.server.ready(`${this.url}/-/ready`);
  }

  /** Runs to its end a server that should not come up. */
  refused(...flags: readonly string[]) {
    const address = `--web.listen-address=127.0.0.1:${this.port}`;
    const own = flags.some((flag) => flag.startsWith('--web.listen-address=')) ? [] : [address];
    return runTsprom(['server', ...own, ...flags], { cwd: this.directory });
  }

  async query(query: string): Promise<readonly Sample[]> {
    const response = await fetch(`${this.url}/api/v1/query?${new URLSearchParams({ query })}`);
    const { data } = (await response.json()) as { data: { result: readonly Sample[] } };
    return data.result;
  }

  /** Asks until the answer is right; then answers it. */
  async until(query: string, isRight: (result: readonly Sample[]) => boolean): Promise<readonly Sample[]> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const result = await this.query(query);
      if (isRight(result)) return result;
      await sleep(50);
    }
    throw new Error(`"${query}" did not come right:\n${this.server?.output.slice(-3000)}`);
  }

  async close(): Promise<void> {
    await this.server?.stop('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const fast = (jobs: string): string => `global:\n  scrape_interval: 200ms\nscrape_configs:\n${jobs}`;
const selfJob = "  - job_name: self\n    static_configs:\n      - targets: ['SELF']\n";
const hostJob =
  "  - job_name: node\n    metrics_path: /metrics/host\n    static_configs:\n      - targets: ['SELF']\n";
const isUp = (result: readonly Sample[]): boolean =>
  result.length > 0 && result.every(({ value }) => value[1] === '1');

describe('server: a life', () => {
  let site: Site;
  beforeEach(() => {
    site = new Site();
  });
  afterEach(() => site.close());

  it('greets in five lines in an empty directory, and says that an embedded configuration runs', async () => {
    const server = await site.start();
    await site.until('vector(1)', isUp);
    const lines = server.output.split('\n').filter((line) => line !== '' && !line.startsWith('time='));
    assert.equal(lines.length, 5, server.output);
    assert.match(lines[0] ?? '', new RegExp(`open http://localhost:${site.port} .*embedded default`));
    assert.ok(lines[1]?.includes(path.join(site.directory, 'data')), lines[1]);
    const commands = lines.slice(2).map((line) => line.trim());
    assert.ok(
      commands.every((line) => line.startsWith('npx tsprom ')),
      commands.join('\n'),
    );
    const config = await (await fetch(`${site.url}/api/v1/status/config`)).text();
    assert.match(config, /job_name: tsprom.*job_name: node.*\/metrics\/host/s);
  });

  it('scrapes its own pages: what a host dashboard needs is there', async () => {
    site.port = await freePort();
    site.writeConfig(fast(selfJob + hostJob));
    const server = await site.start();
    await site.until('up', (result) => result.length === 2 && isUp(result));
    const metrics = [
      'node_cpu_seconds_total{mode="idle"}',
      'node_memory_MemAvailable_bytes',
      'node_load1',
      'node_filesystem_avail_bytes',
      'node_network_receive_bytes_total',
      'node_network_transmit_bytes_total',
      'prometheus_tsdb_head_series',
      'process_cpu_seconds_total',
    ];
    for (const metric of metrics) assert.notEqual((await site.query(metric)).length, 0, metric);
    assert.ok(!server.output.includes('npx tsprom'), 'a configuration was named, so nobody is greeted');
    assert.equal(await server.stop(), 0);
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`keeps its samples over ${signal}`, async () => {
      site.port = await freePort();
      site.writeConfig(fast(selfJob));
      const server = await site.start('--storage.tsdb.path=kept');
      const before = await site.until(
        'count_over_time(up[1m])',
        (result) => Number(result[0]?.value[1]) >= 5,
      );
      // Scraped samples are synced within a second; a killed process loses nothing it has written.
      await sleep(100);
      await server.stop(signal);
      site.writeConfig(fast(''));
      await site.start('--storage.tsdb.path=kept');
      const [after] = await site.query('count_over_time(up[1m])');
      assert.ok(Number(after?.value[1]) >= Number(before[0]?.value[1]), JSON.stringify({ before, after }));
    });
  }

  it('stops on SIGTERM and SIGINT within two seconds, with 0', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const server = await site.start();
      const beganMs = Date.now();
      assert.equal(await server.stop(signal), 0, server.output);
      assert.ok(Date.now() - beganMs < 2000, `${signal} took ${Date.now() - beganMs} ms`);
      assert.match(server.output, /See you next time!/);
    }
  });

  it('stops by POST /-/quit when that is enabled', async () => {
    const server = await site.start('--web.enable-lifecycle');
    assert.equal((await fetch(`${site.url}/-/quit`, { method: 'POST' })).status, 200);
    assert.equal(await server.exited, 0, server.output);
  });

  const triggers: Readonly<Record<string, (site: Site) => Promise<void>>> = {
    SIGHUP: async ({ server }) => void server?.child.kill('SIGHUP'),
    'POST /-/reload': async ({ url }) => void (await fetch(`${url}/-/reload`, { method: 'POST' })),
  };
  for (const [name, trigger] of Object.entries(triggers)) {
    it(`applies a changed configuration on ${name}, and refuses a broken one`, async () => {
      site.port = await freePort();
      site.writeConfig(fast(selfJob));
      const server = await site.start('--web.enable-lifecycle');
      await site.until('up{job="self"}', isUp);
      site.writeConfig(fast(selfJob + hostJob));
      await trigger(site);
      await site.until('up{job="node"}', isUp);
      site.writeConfig('scrape_confgs: []\n');
      await trigger(site);
      await site.until('prometheus_config_last_reload_successful', ([first]) => first?.value[1] === '0');
      assert.match(server.output, /level=ERROR msg="Error reloading config".*field scrape_confgs not found/);
      const config = await (await fetch(`${site.url}/api/v1/status/config`)).text();
      assert.match(config, /job_name: node/, 'the configuration before stays in force');
      await site.until('up{job="node"}', isUp);
      site.writeConfig(fast(selfJob));
      await trigger(site);
      await site.until('prometheus_config_last_reload_successful', ([first]) => first?.value[1] === '1');
    });
  }

  it('answers a refused reload with 500 and the reason', async () => {
    site.port = await freePort();
    site.writeConfig(fast(selfJob));
    await site.start('--web.enable-lifecycle');
    site.writeConfig('global: [\n');
    const response = await fetch(`${site.url}/-/reload`, { method: 'POST' });
    assert.equal(response.status, 500);
    assert.match(await response.text(), /failed to reload config: couldn't load configuration/);
  });

  it('exits with 1 and upstream’s words when the port is taken', async () => {
    await site.start();
    const { code, stderr } = site.refused('--storage.tsdb.path=other');
    assert.equal(code, 1);
    const reason = `listen tcp 127.0.0.1:${site.port}: bind: address already in use`;
    assert.ok(stderr.includes(`msg="Unable to start web listener" err="${reason}"`), stderr);
  });

  it('exits with 1 and upstream’s words when the data directory is in use', async () => {
    await site.start();
    const { code, stderr } = site.refused(`--web.listen-address=127.0.0.1:${await freePort()}`);
    assert.equal(code, 1);
    assert.match(stderr, /lock DB directory: resource temporarily unavailable/);
  });
});

describe('server: a directory that is only read', () => {
  const site = new Site();
  after(() => site.close());

  it('is answered from, by every thread, without scraping, a lock or a byte written', async () => {
    const data = path.join(site.directory, 'data');
    await writeDataDirectory(data, [
      {
        labels: { __name__: 'up', job: 'x' },
        points: Array.from({ length: 60 }, (_, i) => [200_000_000 + i * 1000, 1]),
      },
    ]);
    await writeSampleBlock(data, 100_000_000);
    const files = (): string[] =>
      readdirSync(data, { recursive: true, encoding: 'utf8' })
        .sort()
        .map((name) => {
          const { size, mtimeMs } = statSync(path.join(data, name));
          return `${name} ${size} ${mtimeMs}`;
        });
    const before = files();
    const server = await site.start('--storage.tsdb.read-only', '--web.enable-admin-api');
    const ask = async (target: string): Promise<{ data: { result: readonly unknown[] } }> =>
      (await fetch(site.url + target)).json() as Promise<{ data: { result: readonly unknown[] } }>;
    assert.equal((await ask('/api/v1/query?query=up&time=200059')).data.result.length, 1);
    const range =
      '/api/v1/query_range?query=count_over_time({__name__!=""}[1h])&start=90000&end=300000&step=20';
    assert.ok((await ask(range)).data.result.length > 1);
    const refused = await fetch(`${site.url}/api/v1/admin/tsdb/clean_tombstones`, { method: 'POST' });
    assert.equal(refused.status, 500);
    assert.match(await refused.text(), /only reads its data directory/);
    assert.equal(await server.stop(), 0);
    assert.deepEqual(files(), before);
  });
});

describe('server: a start that is refused', () => {
  const site = new Site();
  after(() => site.close());
  const exits = (code: number, pattern: RegExp, ...flags: string[]): void => {
    const result = site.refused(...flags);
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, pattern);
  };

  it('exits with 2 on a bad configuration, showing the place', () => {
    site.writeConfig('global:\n  scrape_interval: 1s\nscrape_confgs: []\n');
    const frame =
      /error: prometheus\.yml:3:1: .*scrape_confgs.*\n.*\n.*\n> 3 \| scrape_confgs: \[\]\n +\| \^\n/;
    exits(2, frame);
    exits(2, /did you mean "scrape_configs"/);
  });

  it('exits with 2 on a configuration that is named and absent', () => {
    exits(2, /open absent\.yml: no such file or directory/, '--config.file=absent.yml');
  });

  it('exits with 2 on a discovery that is not there yet', () => {
    site.writeConfig('scrape_configs:\n  - job_name: a\n    dns_sd_configs:\n      - names: [a]\n');
    exits(2, /not supported yet: dns_sd_configs \(job "a"\)/);
  });

  it('exits with 2 on an unknown flag and a bad value', () => {
    exits(2, /unknown flag "--web\.listen-adress"/, '--web.listen-adress');
    exits(2, /--query\.timeout/, '--query.timeout=soon');
  });
});
