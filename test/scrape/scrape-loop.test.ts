import assert from 'node:assert/strict';
import { Labels } from '../../src/model/index.js';
import { appendOutcome } from '../../src/storage/index.js';
import { type Answer, createFixture, type Fixture, groupOf, jobOptions } from './scrape-fixture.js';

const intervalMs = 10_000;

/** Runs one target of a job for a number of scrapes; `pages` are its answers in order, the last one for ever. */
async function scrape(options: { yaml?: string; pages: Answer[]; scrapes: number }): Promise<Fixture> {
  let at = 0;
  const fixture = createFixture(() => options.pages[Math.min(at++, options.pages.length - 1)] as Answer);
  await fixture.manager.apply({
    jobs: [{ scrape: jobOptions(options.yaml) }],
    externalLabels: Labels.empty,
  });
  fixture.manager.updateGroups('j', [groupOf('a:1')]);
  fixture.manager.start();
  await fixture.clock.advance(options.scrapes * intervalMs);
  return fixture;
}

const target = 'instance="a:1", job="j"';

describe('scrape loop', () => {
  it('stores samples, and what it has to say of the scrape', async () => {
    const { store, manager, http } = await scrape({ pages: ['m{x="1"} 5\nm{x="2"} 6 1000\n'], scrapes: 1 });
    assert.deepEqual(store.values('"m"'), [5, 6]);
    assert.ok(store.of('"m"')[1]?.endsWith('6 @1000'));
    assert.deepEqual(store.values('"up"'), [1]);
    assert.deepEqual(store.values('scrape_samples_scraped'), [2]);
    assert.deepEqual(store.values('scrape_samples_post_metric_relabeling'), [2]);
    assert.deepEqual(store.values('scrape_series_added'), [2]);
    assert.equal(store.values('scrape_duration_seconds').length, 1);
    assert.ok(store.samples[0]?.labels.includes(target));
    const [view] = manager.targets();
    assert.equal(view?.health, 'up');
    assert.equal(view?.scrapeUrl, 'http://a:1/metrics');
    assert.deepEqual(http.requests[0]?.headers, [
      ['User-Agent', 'Prometheus/3.14.0'],
      [
        'Accept',
        'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      ],
      ['Accept-Encoding', 'gzip'],
      ['X-Prometheus-Scrape-Timeout-Seconds', '10'],
    ]);
  });

  it('keeps to its schedule', async () => {
    const { store } = await scrape({ pages: ['m 1\n'], scrapes: 5 });
    const times = store.samples.filter(({ labels }) => labels.includes('"m"')).map(({ timeMs }) => timeMs);
    assert.equal(times.length, 5);
    for (let i = 1; i < times.length; i++) {
      assert.equal((times[i] as number) - (times[i - 1] as number), intervalMs);
    }
  });

  it('marks a series stale that the page does not show again', async () => {
    const { store } = await scrape({ pages: ['a 1\nb 1\n', 'a 2\n'], scrapes: 3 });
    assert.deepEqual(store.values('"a"'), [1, 2, 2]);
    assert.deepEqual(store.values('"b"'), [1, 'stale']);
  });

  it('marks no series stale that is written differently', async () => {
    const { store } = await scrape({ pages: ['m{a="1",b="2"} 1\n', 'm{b="2",a="1"} 2\n'], scrapes: 3 });
    assert.deepEqual(store.values('"m"'), [1, 2, 2]);
  });

  it('marks all series stale when a scrape fails, and none twice', async () => {
    const { store, manager } = await scrape({ pages: ['a 1\n', { status: 404 }], scrapes: 3 });
    assert.deepEqual(store.values('"a"'), [1, 'stale']);
    assert.deepEqual(store.values('"up"'), [1, 0, 0]);
    assert.equal(manager.targets()[0]?.lastError, 'server returned HTTP status 404 Not Found');
  });

  it('marks all series stale when a page cannot be parsed', async () => {
    const { store, manager } = await scrape({ pages: ['a 1\n', 'a 1\n7&-\n', 'x 1\n'], scrapes: 2 });
    assert.deepEqual(store.values('"up"'), [1, 0]);
    assert.match(manager.targets()[0]?.lastError ?? '', /expected a valid start token/);
  });

  it('leaves series with own timestamps unmarked, unless they are to be tracked', async () => {
    const pages = ['a 1 1000\n', 'b 1\n'];
    assert.deepEqual((await scrape({ pages, scrapes: 2 })).store.values('"a"'), [1]);
    const yaml = 'track_timestamps_staleness: true';
    assert.deepEqual((await scrape({ yaml, pages, scrapes: 2 })).store.values('"a"'), [1, 'stale']);
  });

  it('ignores own timestamps where they are not honoured', async () => {
    const { store } = await scrape({ yaml: 'honor_timestamps: false', pages: ['a 1 1000\n'], scrapes: 1 });
    assert.ok(!store.of('"a"')[0]?.endsWith('@1000'));
  });

  it('counts a sample that stands twice, and keeps the first', async () => {
    const { store, logged, metric } = await scrape({ pages: ['a 1\na 2\n'], scrapes: 1 });
    assert.deepEqual(store.values('"a"'), [1]);
    assert.deepEqual(store.values('scrape_samples_post_metric_relabeling'), [2]);
    assert.equal(metric('prometheus_target_scrapes_sample_duplicate_timestamp_total'), 1);
    assert.match(
      logged().join(''),
      /msg="Error on ingesting samples with different value but same timestamp".*num_dropped=1/,
    );
  });

  it('refuses samples too far ahead, without failing the scrape', async () => {
    const { store, metric } = await scrape({
      pages: [`a 1 ${1_700_000_000_000 + 3_600_000}\nb 1\n`],
      scrapes: 1,
    });
    assert.deepEqual(store.values('"a"'), []);
    assert.deepEqual(store.values('"up"'), [1]);
    assert.equal(metric('prometheus_target_scrapes_sample_out_of_bounds_total'), 1);
  });

  it('fails a scrape over its sample limit', async () => {
    const { store, manager, metric } = await scrape({
      yaml: 'sample_limit: 1',
      pages: ['a 1\nb 1\n'],
      scrapes: 1,
    });
    assert.deepEqual(store.values('"a"'), []);
    assert.equal(manager.targets()[0]?.lastError, 'sample limit exceeded');
    assert.deepEqual(store.values('scrape_samples_scraped'), [2]);
    assert.equal(metric('prometheus_target_scrapes_exceeded_sample_limit_total'), 1);
  });

  it('drops by relabelling and says how many are left', async () => {
    const yaml = 'metric_relabel_configs: [{source_labels: [__name__], regex: a, action: drop}]';
    const { store } = await scrape({ yaml, pages: ['a 1\nb 1\n'], scrapes: 2 });
    assert.deepEqual(store.values('"a"'), []);
    assert.deepEqual(store.values('scrape_samples_scraped'), [2, 2]);
    assert.deepEqual(store.values('scrape_samples_post_metric_relabeling'), [1, 1]);
    assert.deepEqual(store.values('scrape_series_added'), [1, 0]);
  });

  it('writes series anew that the store forgot', async () => {
    const fixture = await scrape({ pages: ['a 1\n'], scrapes: 1 });
    fixture.store.forget();
    await fixture.clock.advance(intervalMs);
    assert.deepEqual(fixture.store.values('"a"'), [1, 1]);
    assert.deepEqual(fixture.store.values('"up"'), [1, 1]);
  });

  it('goes on when the store refuses samples as out of order', async () => {
    const fixture = await scrape({ pages: ['a 1\nb 1\n'], scrapes: 1 });
    fixture.store.judge = (labels) => (labels.includes('"a"') ? appendOutcome.outOfOrder : undefined);
    await fixture.clock.advance(intervalMs);
    assert.deepEqual(fixture.store.values('"b"'), [1, 1]);
    assert.deepEqual(fixture.store.values('"up"'), [1, 1]);
    assert.equal(fixture.metric('prometheus_target_scrapes_sample_out_of_order_total'), 1);
  });

  it('writes the extra series where they are asked for', async () => {
    const { store } = await scrape({
      yaml: 'extra_scrape_metrics: true\nsample_limit: 9',
      pages: ['a 1\n'],
      scrapes: 1,
    });
    assert.deepEqual(store.values('scrape_timeout_seconds'), [10]);
    assert.deepEqual(store.values('scrape_sample_limit'), [9]);
    assert.deepEqual(store.values('scrape_body_size_bytes'), [4]);
  });

  it('appends exemplars', async () => {
    const page = {
      type: 'application/openmetrics-text',
      body: '# TYPE c counter\nc_total 1 # {t="x"} 2 3\n# EOF\n',
    };
    const { store } = await scrape({ pages: [page], scrapes: 1 });
    assert.equal(store.exemplars.length, 1);
    assert.match(store.exemplars[0] as string, /\{t="x"\} 2 @3000/);
  });

  it('knows the metadata of the page', async () => {
    const page = '# HELP c Things.\n# TYPE c counter\nc 1\n';
    const { manager } = await scrape({ pages: [page], scrapes: 2 });
    assert.deepEqual(manager.targets()[0]?.metadata(), [
      { family: 'c', type: 'counter', help: 'Things.', unit: '' },
    ]);
  });

  it('is up on an empty page', async () => {
    const { store } = await scrape({ pages: ['a 1\n', ''], scrapes: 2 });
    assert.deepEqual(store.values('"up"'), [1, 1]);
    assert.deepEqual(store.values('"a"'), [1, 'stale']);
  });

  it('fails on a content type that it does not know', async () => {
    const { manager } = await scrape({ pages: [{ type: 'text/html', body: '<p>' }], scrapes: 1 });
    assert.equal(
      manager.targets()[0]?.lastError,
      'received unsupported Content-Type "text/html" and no fallback_scrape_protocol specified for target',
    );
  });

  it('scrapes at once after a scrape that took longer than the interval, then keeps its schedule', async () => {
    const times: number[] = [];
    const fixture = createFixture(async () => {
      times.push(fixture.clock.monotonicMs());
      if (times.length === 1) await fixture.clock.sleep(12_000);
      return 'a 1\n';
    });
    await fixture.manager.apply({ jobs: [{ scrape: jobOptions() }], externalLabels: Labels.empty });
    fixture.manager.updateGroups('j', [groupOf('a:1')]);
    fixture.manager.start();
    await fixture.clock.advance(4 * intervalMs);
    const first = times[0] as number;
    assert.deepEqual(times.map((time) => time - first).slice(0, 3), [0, 12_000, 20_000]);
  });
});

describe('scrape pool', () => {
  it('writes stale markers for a target that is gone, after two ticks and a tenth', async () => {
    const fixture = await scrape({ pages: ['a 1\n'], scrapes: 1 });
    fixture.manager.updateGroups('j', []);
    await fixture.clock.advance(1.1 * intervalMs);
    assert.deepEqual(fixture.store.values('"a"'), [1]);
    await fixture.clock.advance(intervalMs);
    assert.deepEqual(fixture.store.values('"a"'), [1, 'stale']);
    assert.deepEqual(fixture.store.values('"up"'), [1, 'stale']);
    assert.equal(fixture.manager.targets().length, 0);
  });

  it('writes none when the process ends', async () => {
    const fixture = await scrape({ pages: ['a 1\n'], scrapes: 1 });
    await fixture.manager.stop();
    await fixture.clock.advance(10 * intervalMs);
    assert.deepEqual(fixture.store.values('"a"'), [1]);
  });

  it('writes none for a reload that changes nothing that matters to the cache', async () => {
    const fixture = await scrape({ pages: ['a 1\n'], scrapes: 1 });
    const changed = fixture.manager.apply({
      jobs: [{ scrape: jobOptions('scrape_timeout: 5s') }],
      externalLabels: Labels.empty,
    });
    await fixture.clock.advance(5 * intervalMs);
    await changed;
    assert.ok(!fixture.store.values('"a"').includes('stale'));
    assert.equal(fixture.manager.targets().length, 1);
  });

  it('scrapes a target once that is found twice', async () => {
    const fixture = await scrape({ pages: ['a 1\n'], scrapes: 1 });
    fixture.manager.updateGroups('j', [groupOf('a:1', 'a:1'), groupOf('a:1')]);
    assert.equal(fixture.manager.targets().length, 1);
  });

  it('fails all scrapes over the target limit', async () => {
    const fixture = createFixture(() => 'a 1\n');
    await fixture.manager.apply({
      jobs: [{ scrape: jobOptions('target_limit: 1') }],
      externalLabels: Labels.empty,
    });
    fixture.manager.updateGroups('j', [groupOf('a:1', 'b:1')]);
    fixture.manager.start();
    await fixture.clock.advance(intervalMs);
    assert.deepEqual(
      fixture.manager.targets().map(({ lastError }) => lastError),
      Array(2).fill('target_limit exceeded (number of targets: 2, limit: 1)'),
    );
    assert.equal(fixture.http.requests.length, 0);
  });

  it('keeps as many dropped targets as it is told to', async () => {
    const fixture = createFixture(() => 'a 1\n');
    const yaml = 'keep_dropped_targets: 1\nrelabel_configs: [{action: drop, regex: ""}]';
    await fixture.manager.apply({ jobs: [{ scrape: jobOptions(yaml) }], externalLabels: Labels.empty });
    fixture.manager.updateGroups('j', [groupOf('a:1', 'b:1')]);
    fixture.manager.start();
    assert.equal(fixture.manager.droppedTargets().length, 1);
    assert.equal(fixture.manager.droppedCounts().get('j'), 2);
  });
});
