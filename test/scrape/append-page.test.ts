import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { type Random, runAtOnce, seededRandom, systemClock } from '../../src/base/index.js';
import {
  duplicateName,
  labelsOfPairs,
  type ScannedPage,
  scanOpenMetrics,
  scanText,
  seriesPairs,
  type TextFormat,
} from '../../src/exposition/index.js';
import { Kernels, PageScan, reserveMemory, scanKeys, scanRowCapacity } from '../../src/kernels/index.js';
import { Labels as LabelSet, type Labels, wordsOf } from '../../src/model/index.js';
import { appendNothing, appendPage } from '../../src/scrape/append-page.js';
import { BatchColumns } from '../../src/scrape/batch-columns.js';
import { createScrapeMetrics, Target } from '../../src/scrape/index.js';
import { MetadataCache } from '../../src/scrape/metadata-cache.js';
import type { PageTools } from '../../src/scrape/page-lanes.js';
import { type SampleLabels, sampleLabels } from '../../src/scrape/sample-labels.js';
import { ScrapeCache } from '../../src/scrape/scrape-cache.js';
import type { Appender, FloatBatch, SeriesRef } from '../../src/storage/index.js';
import { createLogger, MetricRegistry } from '../../src/telemetry/index.js';
import { mutatePage } from '../exposition/mutate-page.js';
import { kernelModule } from '../support/kernels.js';
import { sharedPath } from '../support/shared.js';
import { jobOptions } from './scrape-fixture.js';

const seed = Number(process.env.SEED ?? 77);
const rounds = Number(process.env.ROUNDS ?? 3000);
const nowMs = 1_700_000_000_000;

const options = jobOptions('metric_relabel_configs: [{source_labels: [le], regex: "0.05", action: drop}]');
const discovered = { target: LabelSet.fromPairs('__address__', 'a:1'), group: LabelSet.empty };
const target = new Target(
  LabelSet.fromPairs('__address__', 'a:1', 'instance', 'a:1', 'job', 'j'),
  options,
  discovered,
);
const tools: PageTools = {
  scan: new PageScan(
    new Kernels(await kernelModule(), reserveMemory({ maxBytes: 1 << 28 }), 1 << 28),
    scanKeys(seededRandom(5)),
  ),
  outcomes: new Uint8Array(scanRowCapacity),
  batch: new BatchColumns(),
};

/** A store that lists what it is given, as `labels bits @time`. */
class ListingStore {
  readonly rows: string[] = [];
  readonly #refs = new Map<string, SeriesRef>();
  readonly #texts: string[] = [];

  appender(): Appender {
    return {
      series: (labels) => this.#series(labels),
      appendFloats: (batch, outcomes) => this.#append(batch, outcomes),
      appendHistogram: () => 0,
      appendExemplar: (ref, { labels, value }) => {
        this.rows.push(`exemplar of ${this.#texts[ref]}: ${labels} ${value}`);
        return 0;
      },
      setMetadata: () => undefined,
      commit: async () => undefined,
      rollback: () => undefined,
    };
  }

  #series(labels: Labels): SeriesRef {
    const text = labels.toString();
    const ref = this.#refs.get(text) ?? ((this.#refs.size + 1) as SeriesRef);
    this.#refs.set(text, ref);
    this.#texts[ref] = text;
    return ref;
  }

  #append({ length, refs, timestamps, values }: FloatBatch, outcomes: Uint8Array): number {
    const words = wordsOf(values);
    for (let i = 0; i < length; i++) {
      this.rows.push(rowText(this.#texts[refs[i] as number] as string, words, i, timestamps[i] as number));
    }
    outcomes.fill(0, 0, length);
    return 0;
  }
}

function rowText(labels: string, words: Uint32Array, i: number, timeMs: number): string {
  return `${labels} ${words[2 * i]}:${words[2 * i + 1]} @${timeMs}`;
}

/** What a page comes to without a cache, every line read by the complete parser. */
class Reference {
  #tracked = new Set<string>();
  /** As upstream, a known text stands for what it stood for when it was first read. */
  #known = new Map<string, SampleLabels>();

  read(page: ScannedPage, timeMs: number): { rows: string[]; error: string | undefined; total: number } {
    const words = wordsOf(page.values);
    const seen = new Set<string>();
    const rows: string[] = [];
    const shown = new Set<string>();
    const shownTexts = new Map<string, SampleLabels>();
    let error = page.error?.message;
    let total = 0;
    for (let row = 0; row < page.sampleCount; row++) {
      total++;
      const text = Buffer.from(page.bytes.subarray(page.seriesStart[row], page.seriesEnd[row])).toString(
        'latin1',
      );
      const pairs = seriesPairs(page, row);
      const result =
        shownTexts.get(text) ??
        this.#known.get(text) ??
        sampleLabels(labelsOfPairs(pairs), target.labels, options);
      const own = page.timestamps[row] as number;
      // A text whose first sample is not taken stays unknown.
      const isKnown = this.#known.has(text) || shownTexts.has(text);
      const isOutOfBounds = own > nowMs + 600_000;
      if (isKnown || result.kind === 'dropped' || !isOutOfBounds) shownTexts.set(text, result);
      if (result.kind === 'dropped') continue;
      const twice = duplicateName(pairs);
      if (result.kind === 'invalid' || twice !== undefined) {
        error =
          result.kind === 'invalid' ? result.error : `label name "${twice}" is not unique: invalid sample`;
        break;
      }
      const isRepeated = seen.has(text);
      if (isKnown || !isOutOfBounds) seen.add(text);
      if (Number.isNaN(own) ? isRepeated : isOutOfBounds) continue;
      rows.push(rowText(result.labels.toString(), words, row, Number.isNaN(own) ? timeMs : own));
      if (Number.isNaN(own)) shown.add(result.labels.toString());
    }
    this.#known = error === undefined ? shownTexts : new Map([...this.#known, ...shownTexts]);
    for (const labels of this.#tracked)
      if (!shown.has(labels)) rows.push(`${labels} 2:2146435072 @${timeMs}`);
    this.#tracked = shown;
    return { rows, error, total };
  }
}

/** One target's scrapes, each compared with the reference. */
class Comparison {
  readonly #cache = new ScrapeCache();
  readonly #metadata = new MetadataCache();
  readonly #store = new ListingStore();
  readonly #reference = new Reference();
  #timeMs = nowMs;
  readonly #parts = {
    options,
    target,
    cache: this.#cache,
    metadata: this.#metadata,
    metrics: createScrapeMetrics(new MetricRegistry()),
    logger: createLogger({ format: 'logfmt', level: 'error', clock: systemClock, write: () => undefined }),
  };

  scrape(format: TextFormat, bytes: Uint8Array, context: string): void {
    this.#timeMs += 1000;
    const timeMs = this.#timeMs;
    const { rows } = this.#store;
    rows.length = 0;
    const page = { parts: [bytes], length: bytes.length, contentType: '', format };
    const appender = this.#store.appender();
    const result = runAtOnce(appendPage(this.#parts, tools, page, appender, { timeMs, nowMs }));
    if (result.error !== undefined) runAtOnce(appendNothing(this.#parts, tools.batch, appender, timeMs));
    const scan = format === 'text' ? scanText : scanOpenMetrics;
    const complete = scan(bytes, { plainLines: false });
    const expected = this.#reference.read(complete, timeMs);
    assert.equal(result.error, expected.error, context);
    assert.equal(result.total, expected.total, context);
    const isStale = (row: string): boolean => row.includes(' 2:2146435072 @');
    const floats = rows.filter((row) => !row.startsWith('exemplar of '));
    assert.deepEqual(floats.filter(isStale).toSorted(), expected.rows.filter(isStale).toSorted(), context);
    if (result.error !== undefined) return;
    assert.deepEqual(
      floats.filter((row) => !isStale(row)),
      expected.rows.filter((row) => !isStale(row)),
      context,
    );
    assert.ok(rows.length - floats.length <= complete.exemplars.count, context);
  }
}

function change(random: Random, lines: string[]): void {
  const at = random.uint32() % lines.length;
  const other = random.uint32() % lines.length;
  const line = lines[at] as string;
  switch (random.uint32() % 7) {
    case 0:
      lines.splice(at, 1, lines[other] as string);
      break;
    case 1:
      lines.splice(at, 1);
      break;
    case 2:
      lines.splice(at, 0, `fresh{i="${random.uint32() % 1000}"} ${random.uint32()}`);
      break;
    case 3:
      lines.splice(at, 0, line);
      break;
    case 4:
      lines.splice(at, 0, `# HELP m${random.uint32() % 3} text ${random.uint32() % 5}`);
      break;
    case 5:
      lines[at] = line.replace(/[\d.]+$/, String(random.float()));
      break;
    default:
      lines.reverse();
  }
  if (lines.length === 0) lines.push('m 1');
}

describe(`a page by the kernel and its cache (SEED=${seed}, ROUNDS=${rounds})`, () => {
  for (const format of ['text', 'openmetrics'] as const) {
    it(`of ${format}, mutated, comes to what the complete parser makes of it`, function () {
      this.timeout(600_000);
      const random = seededRandom(seed);
      let comparison = new Comparison();
      for (let round = 0; round < rounds; round++) {
        if (round % 50 === 0) comparison = new Comparison();
        const bytes = mutatePage(random, format);
        const context = `${round}: ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`;
        comparison.scrape(format, bytes, context);
        if (round % 3 === 0) comparison.scrape(format, bytes, `again ${context}`);
      }
    });

    it(`of ${format}, with lines that come, go, move and stand twice`, () => {
      const random = seededRandom(seed + 1);
      const comparison = new Comparison();
      const lines = Array.from({ length: 200 }, (_, i) =>
        i % 9 === 0 ? `# TYPE m${i} histogram` : `m${i - (i % 9)}_bucket{le="${i / 100}",a="${i}"} ${i}`,
      );
      for (let round = 0; round < 400; round++) {
        for (let i = random.uint32() % 4; i > 0; i--) change(random, lines);
        const text = lines.join('\n') + (format === 'text' ? '\n' : '\n# EOF\n');
        comparison.scrape(format, Buffer.from(text), `round ${round}`);
      }
    });
  }

  it('of the corpus, twice each', function () {
    const folder = sharedPath('corpus/exposition');
    if (folder === undefined) this.skip();
    this.timeout(60_000);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = readFileSync(`${entry.parentPath}/${entry.name}`);
      if (bytes.length > 4_000_000) continue;
      for (const format of ['text', 'openmetrics'] as const) {
        const comparison = new Comparison();
        for (const time of ['first', 'second'])
          comparison.scrape(format, bytes, `${entry.name} ${format} ${time}`);
      }
    }
  });
});
