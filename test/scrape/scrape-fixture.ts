import { seededRandom, systemDisk } from '../../src/base/index.js';
import { loadConfig } from '../../src/config/index.js';
import type { TargetGroup } from '../../src/discovery/index.js';
import {
  BlockPool,
  BodyBuffer,
  ByteBudget,
  type HttpGet,
  type HttpGetFailure,
  type HttpGetRequest,
  type HttpGetResponse,
} from '../../src/http/index.js';
import { isStaleAt, Labels, wordsOf } from '../../src/model/index.js';
import { createScrapeMetrics, ScrapeManager } from '../../src/scrape/index.js';
import type { ScrapeOptions } from '../../src/scrape/options.js';
import {
  type Appendable,
  type Appender,
  type AppendOutcome,
  appendOutcome,
  type FloatBatch,
  type SeriesRef,
} from '../../src/storage/index.js';
import { createLogger, type LogRecord, MetricRegistry } from '../../src/telemetry/index.js';
import { kernelModule } from '../support/kernels.js';
import { FakeClock } from './fake-clock.js';

const kernels = await kernelModule();

export interface Stored {
  readonly labels: string;
  readonly timeMs: number;
  /** 'stale' for a stale marker. */
  readonly value: number | 'stale';
}

/** A store that keeps what is committed, in order, and refuses what a test tells it to. */
export class RecordingStore implements Appendable {
  readonly samples: Stored[] = [];
  readonly exemplars: string[] = [];
  readonly #refs = new Map<string, SeriesRef>();
  readonly #labels = new Map<number, string>();
  readonly #last = new Map<number, number>();
  /** What becomes of a sample; accepted when it answers undefined. */
  judge: (labels: string, timeMs: number) => AppendOutcome | undefined = () => undefined;

  /** Forgets all series, as a store does that collected them. */
  forget(): void {
    this.#refs.clear();
    this.#labels.clear();
  }

  appender(): Appender {
    const staged: Stored[] = [];
    const exemplars: string[] = [];
    return {
      series: (labels) => this.#series(labels),
      appendFloats: (batch, outcomes) => this.#append(batch, outcomes, staged),
      appendHistogram: () => appendOutcome.accepted,
      appendExemplar: (ref, exemplar) => {
        exemplars.push(
          `${this.#labels.get(ref)} ${exemplar.labels} ${exemplar.value} @${exemplar.timestampMs}`,
        );
        return appendOutcome.accepted;
      },
      setMetadata: () => undefined,
      commit: async () => {
        this.samples.push(...staged);
        this.exemplars.push(...exemplars);
      },
      rollback: () => {
        staged.length = 0;
      },
    };
  }

  #series(labels: Labels): SeriesRef {
    const text = labels.toString();
    let ref = this.#refs.get(text);
    if (ref === undefined) {
      ref = (this.#last.size + 1) as SeriesRef;
      this.#last.set(ref, 0);
      this.#refs.set(text, ref);
      this.#labels.set(ref, text);
    }
    return ref;
  }

  #append(batch: FloatBatch, outcomes: Uint8Array, staged: Stored[]): number {
    const words = wordsOf(batch.values);
    let rejected = 0;
    for (let i = 0; i < batch.length; i++) {
      const labels = this.#labels.get(batch.refs[i] as number);
      const timeMs = batch.timestamps[i] as number;
      const outcome =
        labels === undefined
          ? appendOutcome.unknownSeries
          : (this.judge(labels, timeMs) ?? appendOutcome.accepted);
      outcomes[i] = outcome;
      if (outcome !== appendOutcome.accepted || labels === undefined) rejected++;
      else
        staged.push({ labels, timeMs, value: isStaleAt(words, i) ? 'stale' : (batch.values[i] as number) });
    }
    return rejected;
  }

  /** What was stored of series whose text holds `part`, as `labels value @time`. */
  of(part: string): string[] {
    return this.samples
      .filter(({ labels }) => labels.includes(part))
      .map(({ labels, timeMs, value }) => `${labels} ${value} @${timeMs}`);
  }

  values(part: string): (number | 'stale')[] {
    return this.samples.filter(({ labels }) => labels.includes(part)).map(({ value }) => value);
  }
}

export type Answer =
  | string
  | { status: number }
  | { failure: HttpGetFailure }
  | { type: string; body: string };

/** Answers each request with what the test's function says. */
export class FakeHttp implements HttpGet {
  readonly requests: HttpGetRequest[] = [];
  readonly #answer: (request: HttpGetRequest) => Answer | Promise<Answer>;
  readonly #memory = { pool: new BlockPool(1e6), budget: new ByteBudget(1e9) };

  constructor(answer: (request: HttpGetRequest) => Answer | Promise<Answer>) {
    this.#answer = answer;
  }

  async get(request: HttpGetRequest): Promise<HttpGetResponse | HttpGetFailure> {
    this.requests.push(request);
    const answer = await this.#answer(request);
    if (typeof answer === 'object' && 'failure' in answer) return answer.failure;
    const body = new BodyBuffer({ ...this.#memory, limitBytes: 0 });
    const status = typeof answer === 'object' && 'status' in answer ? answer.status : 200;
    const text = typeof answer === 'string' ? answer : 'body' in answer ? answer.body : '';
    const contentType =
      typeof answer === 'object' && 'type' in answer ? answer.type : 'text/plain; version=0.0.4';
    body.append(new TextEncoder().encode(text));
    const statusText = status === 404 ? '404 Not Found' : `${status} OK`;
    return { ok: true, status, statusText, contentType, body };
  }

  async close(): Promise<void> {}
}

/** The options of the only job of a configuration. */
export function jobOptions(yaml = ''): ScrapeOptions {
  const indented = yaml
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
  const text = `scrape_configs:\n- job_name: j\n  scrape_interval: 10s\n${indented}`;
  const { config, problems } = loadConfig({ text, file: 'f', baseDirectory: '/', env: {} });
  const options = config?.jobs[0]?.scrape;
  if (options === undefined) throw new Error(JSON.stringify(problems));
  return options;
}

export function groupOf(...addresses: string[]): TargetGroup {
  const targets = addresses.map((address) => Labels.fromPairs('__address__', address));
  return { source: '0', targets, labels: Labels.empty };
}

export interface Fixture {
  readonly clock: FakeClock;
  readonly store: RecordingStore;
  readonly http: FakeHttp;
  readonly manager: ScrapeManager;
  readonly registry: MetricRegistry;
  readonly log: LogRecord[];
  logged(): string[];
  metric(name: string): number;
}

/** A scraper over a fake clock, a fake network and a store that records. */
export function createFixture(answer: (request: HttpGetRequest) => Answer | Promise<Answer>): Fixture {
  const clock = new FakeClock();
  const store = new RecordingStore();
  const http = new FakeHttp(answer);
  const registry = new MetricRegistry();
  const lines: string[] = [];
  const logger = createLogger({ format: 'logfmt', level: 'info', clock, write: (line) => lines.push(line) });
  const manager = new ScrapeManager({
    clock,
    random: seededRandom(1),
    disk: systemDisk,
    storage: store,
    logger,
    metrics: createScrapeMetrics(registry),
    hostName: 'host',
    kernels: () => kernels,
    createClient: () => http,
  });
  return {
    clock,
    store,
    http,
    manager,
    registry,
    log: [],
    logged: () => lines,
    metric: (name) =>
      registry.collect().find((family) => family.name === name)?.metrics[0]?.value ?? Number.NaN,
  };
}
