import assert from 'node:assert/strict';
import { runAtOnce, seededRandom } from '../../../src/base/index.js';
import type { Kernels } from '../../../src/kernels/index.js';
import { type Histogram, Labels } from '../../../src/model/index.js';
import {
  type Appender,
  asXor2,
  createMemoryStore,
  type MemoryStore,
  type Querier,
  SymbolTable,
} from '../../../src/storage/index.js';
import type { MappedChunks } from '../../../src/tsdb/head/index.js';
import {
  always,
  appendRows,
  drain,
  type FloatRow,
  integerHistogram,
  request,
} from '../../storage/storage-samples.js';
import { createTestKernels } from '../../support/kernels.js';
import { HeadStorage, openTestHead } from './head-storage.js';

const chunkRangeMs = 600_000;
const stepMs = 5000;

/** Chunks that the head has given away. */
class FakeChunkFiles implements MappedChunks {
  readonly chunks: { encoding: number; bytes: Uint8Array }[] = [];

  read(...[place, into]: Parameters<MappedChunks['read']>): ReturnType<MappedChunks['read']> {
    const { encoding, bytes } = this.chunks[place.offset] as { encoding: number; bytes: Uint8Array };
    const at = into.alloc(bytes.length);
    into.kernels.bytes.set(bytes, at);
    return { at, length: bytes.length, encoding };
  }
}

interface Both<T> {
  readonly head: T;
  readonly model: T;
}

interface OpenPair extends Both<Querier> {
  /** What was truncated when they were opened. */
  readonly fromMs: number;
}

/** The head and the memory store under the same operations. */
class Twins {
  readonly random;
  readonly files = new FakeChunkFiles();
  readonly head: HeadStorage;
  readonly model: MemoryStore;
  nowMs = 1_700_000_000_000;
  truncatedMs = Number.NEGATIVE_INFINITY;
  readonly open: OpenPair[] = [];

  private constructor(seed: number, head: HeadStorage, model: MemoryStore, files: FakeChunkFiles) {
    this.random = seededRandom(seed);
    this.head = head;
    this.model = model;
    this.files = files;
  }

  static async create(seed: number, outOfOrderWindowMs: number, kernels: Kernels): Promise<Twins> {
    const files = new FakeChunkFiles();
    const head = await openTestHead({ chunkRangeMs, outOfOrderWindowMs, maxBytes: 16 << 20 });
    const model = createMemoryStore({ chunkRangeMs, outOfOrderWindowMs });
    return new Twins(seed, new HeadStorage(head, kernels, files), model, files);
  }

  below(limit: number): number {
    return Math.floor(this.random.float() * limit);
  }

  labels(): Labels {
    const i = this.below(30);
    return Labels.fromPairs('__name__', `m${i % 3}`, 'i', String(i), ...(i % 2 === 0 ? ['even', 'yes'] : []));
  }

  appenders(): Both<Appender> {
    return { head: this.head.appender(), model: this.model.appender() };
  }

  /** A few samples of a few series, with the same outcomes. */
  append({ head, model }: Both<Appender>): void {
    for (let i = this.below(8); i >= 0; i--) {
      const labels = this.labels();
      const refs = { head: head.series(labels), model: model.series(labels) };
      const timestampMs = this.nowMs - (this.below(4) === 0 ? this.below(40) * 1000 : this.below(3) * stepMs);
      const startMs = labels.get('i') === '7' && this.below(3) > 0 ? timestampMs - 100 : 0;
      if (Number(labels.get('i')) >= 26 && this.below(4) > 0) {
        const histogram = this.histogram(timestampMs, labels.get('i') === '26');
        const outcomes = [
          head.appendHistogram({ ref: refs.head, timestampMs, histogram }),
          model.appendHistogram({ ref: refs.model, timestampMs, histogram }),
        ];
        assert.equal(outcomes[0], outcomes[1], `outcome of a histogram of ${labels} at ${timestampMs}`);
        continue;
      }
      const rows: FloatRow[] = [];
      for (let k = this.below(3); k >= 0; k--) {
        const value = this.below(12) === 0 ? 'stale' : this.below(5) / 2;
        rows.push([refs.head, timestampMs + this.below(3) * 1000, value, startMs]);
      }
      const outcomes = appendRows(head, ...rows);
      const expected = appendRows(
        model,
        ...rows.map(([, t, v, start]) => [refs.model, t, v, start ?? 0] as const),
      );
      assert.deepEqual(outcomes, expected, `outcomes of ${labels} at ${JSON.stringify(rows)}`);
    }
  }

  histogram(timestampMs: number, integer: boolean): Histogram {
    const step = Math.floor((timestampMs - 1_700_000_000_000) / 1000);
    const buckets = Float64Array.of(1 + step, 2, 3, 4 + this.below(3));
    const count = buckets.reduce((sum, bucket) => sum + bucket, 0) + 2;
    return integerHistogram({
      integer,
      positiveBuckets: buckets,
      count: integer ? count : count + 0.5,
      zeroCount: integer ? 2 : 2.5,
      counterResetHint: this.below(5) === 0 ? 'gauge' : 'unknown',
    });
  }

  querier(): OpenPair {
    const fromMs = this.truncatedMs;
    return { head: this.head.querier(always), model: this.model.querier(always), fromMs };
  }

  async compare({ head, model, fromMs }: OpenPair): Promise<void> {
    const mintMs = Math.max(fromMs, this.below(3) === 0 ? this.nowMs - 300_000 : 0);
    const maxtMs = this.below(3) === 0 ? this.nowMs - 20_000 : Number.POSITIVE_INFINITY;
    const spec = [['__name__=~.+'], ['__name__=m1'], ['i=~1|2|7|26|27', 'even!=no'], ['even=']];
    const specs = spec[this.below(spec.length)] as string[];
    const found = await rowsOf(head, specs, { mintMs, maxtMs });
    const expected = await rowsOf(model, specs, { mintMs, maxtMs });
    assert.deepEqual(found, expected, `${specs} from ${mintMs} to ${maxtMs}`);
  }

  writeChunks(): void {
    for (const chunk of this.head.head.unwritten(1 + this.below(40))) {
      // On disk every other one is in the newer encoding.
      const { encoding, bytes } = chunk.id % 2 === 0 ? asXor2(chunk) : chunk;
      const offset = this.files.chunks.push({ encoding, bytes: bytes.slice() }) - 1;
      this.head.head.chunkWritten(chunk.id, { segment: 1, offset }, encoding);
    }
  }

  truncate(): void {
    const mintMs = this.nowMs - 400_000 - this.below(400_000);
    this.truncatedMs = Math.max(this.truncatedMs, mintMs);
    this.head.head.minValidMs = this.truncatedMs;
    this.model.minValidTimeMs = this.truncatedMs;
    runAtOnce(this.head.head.truncateBefore(this.truncatedMs));
    this.model.truncateBefore(this.truncatedMs);
  }
}

async function rowsOf(
  querier: Querier,
  specs: readonly string[],
  window: { mintMs: number; maxtMs: number },
): Promise<[string, string[]][]> {
  const symbols = new SymbolTable();
  const found = await drain(querier.select(request(specs, { symbols, ...window })), symbols);
  // A chunk says less of resets than the samples that were written.
  const plain = (row: string): string => row.replace(/\|(unknown|reset|not-reset|gauge)\|/, '|');
  return found
    .map(([labels, rows]): [string, string[]] => [labels, rows.map(plain)])
    .filter(([, rows]) => rows.length > 0);
}

async function run(twins: Twins, operations: number): Promise<void> {
  let slow: Both<Appender> | undefined;
  for (let operation = 0; operation < operations; operation++) {
    twins.nowMs += twins.below(2) * stepMs;
    const kind = twins.below(20);
    if (kind < 10) {
      const appenders = twins.appenders();
      twins.append(appenders);
      const isKept = twins.below(8) > 0;
      for (const appender of [appenders.head, appenders.model]) {
        if (isKept) await appender.commit('scraped');
        else appender.rollback();
      }
    } else if (kind === 10) {
      if (slow !== undefined) continue;
      slow = twins.appenders();
      twins.append(slow);
    } else if (kind === 11 && slow !== undefined) {
      await slow.head.commit('scraped');
      await slow.model.commit('scraped');
      slow = undefined;
    } else if (kind === 12) {
      if (twins.open.length === 0) twins.open.push(twins.querier());
    } else if (kind === 13) {
      const both = twins.open.pop();
      if (both === undefined) continue;
      await twins.compare(both);
      both.head.close();
      both.model.close();
    } else if (kind < 16) twins.writeChunks();
    else if (kind === 16 && twins.below(4) === 0) twins.truncate();
    else if (kind > 17) {
      const both = twins.querier();
      await twins.compare(both);
      both.head.close();
      both.model.close();
    }
  }
}

describe('the head beside the memory store', () => {
  const first = Number(process.env.SEED ?? 1);
  const windows = [0, 30_000, 0, 120_000, 0, 300_000];
  const cases = windows.map((windowMs, i): [number, number] => [first + i, windowMs]);
  for (const [seed, outOfOrderWindowMs] of cases) {
    it(`answers the same (seed ${seed}, window ${outOfOrderWindowMs} ms)`, async () => {
      const twins = await Twins.create(seed, outOfOrderWindowMs, await createTestKernels());
      await run(twins, 2500);
    });
  }
});
