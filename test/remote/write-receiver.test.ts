import assert from 'node:assert/strict';
import { seededRandom, systemDisk, UserError } from '../../src/base/index.js';
import { Kernels, loadKernels, RemoteTable, reserveMemory, scanKeys } from '../../src/kernels/index.js';
import { decodeWriteRequest, WireError, WriteReceiver } from '../../src/remote/index.js';
import { createMemoryStore, type Storage } from '../../src/storage/index.js';
import { MetricRegistry, silentLogger } from '../../src/telemetry/index.js';
import { readAll } from '../storage/storage-samples.js';
import { stubClock, stubNowMs } from '../web/stub-ports.js';
import {
  doubleField,
  field,
  varint,
  varintField,
  type WrittenSeries,
  writeMessage,
  zigzag,
} from './write-messages.js';

const t = stubNowMs;
const keys = scanKeys(seededRandom(1));
const module = await loadKernels(systemDisk);
const staleBits = 0x7ff0000000000002n;

function receiverOf(storage: Pick<Storage, 'appender'>) {
  const registry = new MetricRegistry();
  const receiver = new WriteReceiver({
    appender: () => storage.appender(),
    table: () => new RemoteTable(new Kernels(module, reserveMemory({ maxBytes: 1 << 28 })), keys),
    clock: stubClock,
    logger: silentLogger,
    registry,
  });
  const invalid = (): number =>
    registry.collect().find(({ name }) => name === 'prometheus_api_remote_write_invalid_labels_samples_total')
      ?.metrics[0]?.value as number;
  return { receiver, invalid };
}

const up = (instance: string, ...samples: [number | bigint, number][]): WrittenSeries => ({
  labels: [
    ['__name__', 'up'],
    ['instance', instance],
  ],
  samples,
});

/** An integer histogram: schema, positive deltas in one span. */
function histogram(schema: number, count: number, deltas: readonly number[], timestampMs = t): Uint8Array {
  return Buffer.concat([
    varintField(1, varint(count)),
    doubleField(3, 5),
    varintField(4, zigzag(schema)),
    field(11, Buffer.concat([varintField(1, zigzag(0)), varintField(2, varint(deltas.length))])),
    field(12, Buffer.concat(deltas.map(zigzag))),
    varintField(15, varint(timestampMs)),
  ]);
}

describe('remote: write receiver', () => {
  it('stores what is sent, by known bytes the second time', async () => {
    const storage = createMemoryStore();
    const { receiver } = receiverOf(storage);
    for (const shift of [0, 1000]) {
      const message = writeMessage([
        up('a', [1.5, t + shift]),
        up('b', [-0, t + shift], [staleBits, t + shift + 1]),
      ]);
      assert.deepEqual(await receiver.store(message), { status: 204, error: '' });
    }
    const found = await readAll(storage);
    assert.deepEqual(
      found.map(([labels, rows]) => [labels, rows.length]),
      [
        ['{__name__="up", instance="a"}', 2],
        ['{__name__="up", instance="b"}', 4],
      ],
    );
  });

  it('drops series with labels that are not allowed, counts them and stores the rest', async () => {
    const name = ['__name__', 'x'] as const;
    const bad: WrittenSeries['labels'][] = [
      [],
      [['a', 'b']],
      [['__name__', '']],
      [name, ['', 'v']],
      [name, ['a', '1'], ['a', '2']],
      [name, ['a', Uint8Array.of(0xff)]],
      [['__name__', Uint8Array.of(0xc3, 0x28)]],
    ];
    const storage = createMemoryStore();
    const { receiver, invalid } = receiverOf(storage);
    const message = writeMessage([
      ...bad.map((labels) => ({ labels, samples: [[1, t]] as const })),
      up('a', [1, t]),
    ]);
    assert.equal((await receiver.store(message)).status, 204);
    assert.equal(invalid(), bad.length);
    assert.deepEqual(
      (await readAll(storage)).map(([labels]) => labels),
      ['{__name__="up", instance="a"}'],
    );
  });

  it('sorts labels and leaves empty ones out', async () => {
    const storage = createMemoryStore();
    const { receiver } = receiverOf(storage);
    const labels = [
      ['z', '1'],
      ['empty', ''],
      ['__proto__', 'data'],
      ['__name__', 'm'],
    ] as const;
    assert.equal((await receiver.store(writeMessage([{ labels, samples: [[1, t]] }]))).status, 204);
    assert.equal((await readAll(storage))[0]?.[0], '{__name__="m", __proto__="data", z="1"}');
  });

  it('refuses a sample that cannot be stored, and it alone', async () => {
    const cases: [why: string, bad: WrittenSeries, error: string][] = [
      ['ten minutes ahead', up('a', [2, t + 600_001]), 'out of bounds'],
      ['a time at the end of int64', up('a', [2, 2 ** 63]), 'out of bounds'],
      ['older than the last', up('a', [2, t - 5]), 'out of order sample'],
      ['another value at the same time', up('a', [2, t]), 'duplicate sample for timestamp'],
    ];
    for (const [why, bad, error] of cases) {
      const storage = createMemoryStore();
      const { receiver } = receiverOf(storage);
      await receiver.store(writeMessage([up('a', [1, t])]));
      assert.deepEqual(
        await receiver.store(writeMessage([bad, up('b', [3, t])])),
        { status: 400, error },
        why,
      );
      assert.deepEqual(
        (await readAll(storage)).map(([, rows]) => rows.length),
        [1, 1],
        why,
      );
    }
  });

  it('stores native histograms, reduces fine ones and refuses false ones', async () => {
    const cases: [body: Uint8Array, status: number, error: string | RegExp][] = [
      [histogram(0, 3, [1, 1]), 204, ''],
      [histogram(12, 3, [1, 1]), 204, ''],
      [histogram(53, 3, [1, 1]), 400, /^histogram has an invalid schema/],
      [histogram(0, 7, [1, 1]), 400, /^3 observations found in buckets, but the Count field is 7/],
      [histogram(0, 3, [1, 1], t + 700_000), 400, 'out of bounds'],
    ];
    for (const [body, status, error] of cases) {
      const storage = createMemoryStore();
      const { receiver } = receiverOf(storage);
      const labels = [['__name__', 'h']] as const;
      const outcome = await receiver.store(writeMessage([{ labels, histograms: [body] }]));
      assert.equal(outcome.status, status, outcome.error);
      if (typeof error === 'string') assert.equal(outcome.error, error);
      else assert.match(outcome.error, error);
      assert.equal((await readAll(storage)).flatMap(([, rows]) => rows).length, status === 204 ? 1 : 0);
    }
  });

  it('stores nothing of a message that is broken anywhere', async () => {
    const whole = writeMessage([
      up('a', [1, t]),
      { labels: [['__name__', 'h']], histograms: [histogram(0, 3, [1, 1])] },
    ]);
    const storage = createMemoryStore();
    const { receiver } = receiverOf(storage);
    const first = writeMessage([up('a', [1, t])]).length;
    for (let length = 1; length < whole.length; length++) {
      if (length === first) continue;
      assert.equal((await receiver.store(whole.subarray(0, length))).status, 400, `${length} bytes`);
    }
    assert.deepEqual(await readAll(storage), []);
  });

  it('never fails on hostile bytes but by saying so', () => {
    const seed = Number(process.env.SEED ?? 20_261_123);
    let state = seed;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const whole = writeMessage([
      up('a', [1, t]),
      { labels: [['__name__', 'h']], histograms: [histogram(0, 3, [1, 1])] },
    ]);
    for (let i = 0; i < 5000; i++) {
      const bytes = Uint8Array.from(whole);
      for (let flips = 1 + random(4); flips > 0; flips--) bytes[random(bytes.length)] = random(256);
      try {
        decodeWriteRequest(bytes);
      } catch (error) {
        assert.ok(error instanceof WireError, `seed ${seed}, case ${i}: ${error}`);
      }
    }
  });

  it('lets a sender try again where the disk is full, and not where the store is broken', async () => {
    for (const [code, status] of [
      ['disk-full', 503],
      ['wal-overloaded', 503],
      ['wal-write-failed', 500],
    ] as const) {
      const storage = createMemoryStore();
      const { receiver } = receiverOf({
        appender() {
          const appender = storage.appender();
          appender.commit = () => Promise.reject(new UserError({ code, message: 'write to WAL: no' }));
          return appender;
        },
      });
      const outcome = await receiver.store(writeMessage([up('a', [1, t])]));
      assert.deepEqual(outcome, { status, error: 'write to WAL: no' });
    }
  });
});
