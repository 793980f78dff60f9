import assert from 'node:assert/strict';
import { type Random, seededRandom } from '../../../src/base/index.js';
import { type Histogram, Labels, setStaleAt, wordsOf } from '../../../src/model/index.js';
import {
  type AppendOutcome,
  appendOutcome,
  createMemoryStore,
  type MemoryAppender,
  type MemoryStore,
  type Querier,
  type SeriesRef,
  SymbolTable,
} from '../../../src/storage/index.js';
import { below, oneOf } from '../../chunkenc/random-samples.js';
import {
  always,
  drain,
  histogramText,
  integerHistogram,
  matchers,
  request,
  staleText,
} from '../storage-samples.js';

const seed = Number(process.env.SEED ?? 1);
const windowMs = 500;

type Value = { readonly text: string; readonly stale: boolean; readonly histogram: Histogram | undefined };
interface Row {
  readonly series: number;
  readonly t: number;
  readonly value: Value;
}

/** Rows of one series by time, and what upstream's head keeps of it: the newest in-order sample. */
interface NaiveSeries {
  rows: Map<number, Value>;
  inOrderMax: number;
}

/** The rules of tsdb/head_append.go on Maps, without a thought for speed. */
class NaiveStore {
  series = new Map<number, NaiveSeries>();
  readonly outOfOrderMs: number;

  constructor(outOfOrderMs: number) {
    this.outOfOrderMs = outOfOrderMs;
  }

  get maxt(): number {
    let maxt = Number.NEGATIVE_INFINITY;
    for (const { rows } of this.series.values()) for (const t of rows.keys()) maxt = Math.max(maxt, t);
    return maxt;
  }

  /** The outcome, and whether the row is stored behind the last one, among others, or not at all. */
  judge(row: Row, maxt: number, pending: Row | undefined): [AppendOutcome, 'append' | 'insert' | 'drop'] {
    const stored = this.series.get(row.series);
    const lastT = Math.max(
      stored?.inOrderMax ?? Number.NEGATIVE_INFINITY,
      pending?.t ?? Number.NEGATIVE_INFINITY,
    );
    if (row.t > lastT) return [appendOutcome.accepted, 'append'];
    if (row.t === lastT) {
      const last = pending?.t === lastT ? pending.value : stored?.rows.get(lastT);
      return [last?.text === row.value.text ? appendOutcome.accepted : appendOutcome.duplicate, 'drop'];
    }
    if (this.outOfOrderMs === 0) return [appendOutcome.outOfOrder, 'drop'];
    if (row.t < maxt - this.outOfOrderMs) return [appendOutcome.tooOld, 'drop'];
    return [appendOutcome.accepted, 'insert'];
  }

  commit(rows: readonly Row[], maxt: number): void {
    const inserted: Row[] = [];
    for (const row of rows) {
      const [, place] = this.judge(row, maxt, undefined);
      const series = this.series.get(row.series) ?? { rows: new Map(), inOrderMax: Number.NEGATIVE_INFINITY };
      if (place === 'drop') continue;
      this.series.set(row.series, series);
      const newest = [...series.rows.keys()].reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      const value = asStored(row.value, series.rows.get(newest));
      if (place === 'insert') inserted.push({ ...row, value });
      else {
        series.rows.set(row.t, value);
        series.inOrderMax = row.t;
      }
    }
    for (const { series, t, value } of inserted) {
      const { rows: stored } = this.series.get(series) as NaiveSeries;
      if (!stored.has(t)) stored.set(t, value);
    }
  }

  /** Everything, as a reader of the store would see it. */
  texts(): Map<string, string[]> {
    const texts = new Map<string, string[]>();
    for (const [id, { rows }] of this.series) {
      const sorted = [...rows].sort(([a], [b]) => a - b);
      texts.set(
        labelsOf(id).toString(),
        sorted.map(([t, { text }]) => `${t}=${text}`),
      );
    }
    return texts;
  }
}

/** A stale marker becomes a stale histogram behind a histogram. */
function asStored(value: Value, last: Value | undefined): Value {
  if (!value.stale || last?.histogram === undefined) return value;
  const { integer } = last.histogram;
  const histogram = integerHistogram({ integer, stale: true });
  return { text: histogramText(histogram), stale: false, histogram };
}

function labelsOf(id: number): Labels {
  return Labels.fromPairs('__name__', `m${id % 3}`, 'id', String(id), 'odd', id % 2 === 1 ? 'yes' : '');
}

function randomValue(random: Random): Value {
  if (below(random, 5) === 0) {
    const integer = below(random, 3) > 0;
    const histogram = integerHistogram({ integer, sum: below(random, 4) });
    return { text: histogramText(histogram), stale: false, histogram };
  }
  if (below(random, 8) === 0) return { text: staleText, stale: true, histogram: undefined };
  const value = oneOf(random, 0, 1, 2, Infinity, below(random, 1000));
  return { text: String(value), stale: false, histogram: undefined };
}

interface OpenAppender {
  readonly appender: MemoryAppender;
  readonly maxt: { value: number };
  readonly rows: Row[];
  readonly pending: Map<number, Row>;
}

class Model {
  readonly random: Random;
  readonly store: MemoryStore;
  readonly naive: NaiveStore;
  readonly appenders: OpenAppender[] = [];
  readonly queriers: { querier: Querier; expected: Map<string, string[]> }[] = [];
  clockMs = 10_000;

  constructor(random: Random) {
    this.random = random;
    const outOfOrderWindowMs = oneOf(random, 0, windowMs);
    this.store = createMemoryStore({ outOfOrderWindowMs });
    this.naive = new NaiveStore(outOfOrderWindowMs);
  }

  async step(): Promise<void> {
    const { random } = this;
    const action = below(random, 12);
    if (action === 0 || this.appenders.length === 0) this.#open();
    else if (action < 6) this.#append(oneOf(random, ...this.appenders));
    else if (action < 8) await this.#finish(below(random, this.appenders.length), action === 6);
    else if (action === 8) {
      const expected = this.naive.texts();
      this.queriers.push({ querier: this.store.querier(always), expected });
    } else if (this.queriers.length > 0) await this.#check(action === 9);
  }

  #open(): void {
    const appender = this.store.appender();
    this.appenders.push({ appender, maxt: { value: this.naive.maxt }, rows: [], pending: new Map() });
  }

  #append({ appender, maxt, rows, pending }: OpenAppender): void {
    const { random } = this;
    this.clockMs += below(random, 60);
    for (let i = below(random, 6); i >= 0; i--) {
      const series = below(random, 9);
      const late = below(random, 3) === 0 ? below(random, 900) : 0;
      const row: Row = { series, t: this.clockMs - late, value: randomValue(random) };
      if (maxt.value === Number.NEGATIVE_INFINITY) maxt.value = row.t;
      const [expected, place] = this.naive.judge(row, maxt.value, pending.get(series));
      const outcome = this.#write(appender, appender.series(labelsOf(series)), row);
      assert.equal(outcome, expected, `${row.t} ${row.value.text} of series ${series}`);
      if (place !== 'drop') rows.push(row);
      if (place === 'append') pending.set(series, row);
    }
  }

  #write(appender: MemoryAppender, ref: SeriesRef, { t, value }: Row): AppendOutcome {
    if (value.histogram !== undefined)
      return appender.appendHistogram({ ref, timestampMs: t, histogram: value.histogram });
    const values = Float64Array.of(Number(value.stale ? 0 : value.text));
    if (value.stale) setStaleAt(wordsOf(values), 0);
    const outcomes = new Uint8Array(1);
    const batch = { length: 1, refs: Float64Array.of(ref), timestamps: Float64Array.of(t), values };
    appender.appendFloats(batch, outcomes);
    return outcomes[0] as AppendOutcome;
  }

  async #finish(at: number, rollback: boolean): Promise<void> {
    const [open] = this.appenders.splice(at, 1) as [OpenAppender];
    if (rollback) open.appender.rollback();
    else {
      await open.appender.commit();
      this.naive.commit(open.rows, open.maxt.value);
    }
  }

  async #check(close: boolean): Promise<void> {
    const at = below(this.random, this.queriers.length);
    const { querier, expected } = this.queriers[at] as (typeof this.queriers)[number];
    const symbols = new SymbolTable();
    const found = await drain(querier.select(request(['__name__=~m.'], { symbols })), symbols);
    assert.deepEqual(new Map(found), expected);
    const odd = await querier.labelValues('id', { ...always, matcherSets: [matchers('odd=yes')] });
    const ids = [...expected.keys()].map((text) => /id="(\d)"/.exec(text)?.[1] as string);
    assert.deepEqual(odd.values, ids.filter((id) => Number(id) % 2 === 1).sort());
    if (!close) return;
    querier.close();
    this.queriers.splice(at, 1);
  }
}

describe('the memory store beside a naive one', () => {
  it(`answers as it does through 1,000 rounds of appenders and open queriers (seed ${seed})`, async () => {
    for (let round = 0; round < 1000; round++) {
      const model = new Model(seededRandom(seed * 1000 + round));
      try {
        for (let i = 0; i < 60; i++) await model.step();
      } catch (error) {
        throw new Error(`round ${round}`, { cause: error });
      }
    }
  });
});
