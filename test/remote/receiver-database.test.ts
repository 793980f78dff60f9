import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seededRandom, systemClock, systemDisk } from '../../src/base/index.js';
import { RemoteTable, scanKeys, snappyCompress } from '../../src/kernels/index.js';
import { WriteReceiver } from '../../src/remote/index.js';
import { MetricRegistry, silentLogger } from '../../src/telemetry/index.js';
import { type Database, openDatabase } from '../../src/tsdb/index.js';
import { readAll } from '../storage/storage-samples.js';
import { createTestKernels, kernelModule, sharedKernels } from '../support/kernels.js';
import {
  doubleField,
  field,
  varint,
  varintField,
  type WrittenSeries,
  writeMessage,
} from './write-messages.js';

const hour = 3_600_000;

function series(name: string, instance: string, samples: WrittenSeries['samples']): WrittenSeries {
  const labels = [
    ['__name__', name],
    ['instance', instance],
    ['job', 'é'],
  ] as const;
  return { labels, ...(samples === undefined ? {} : { samples }) };
}

async function open(directory: string): Promise<Database> {
  return openDatabase({
    directory,
    disk: systemDisk,
    clock: systemClock,
    walSync: 'none',
    kernelModule: await kernelModule(),
    readerKernels: await sharedKernels(),
    headMaxBytes: 64 << 20,
    maxExemplars: 100,
  });
}

async function withReceiver(
  run: (parts: {
    receiver: WriteReceiver;
    database: () => Database;
    reopen(): Promise<void>;
    replace(): Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tsprom-remote-'));
  let database = await open(directory);
  const table = new RemoteTable(await createTestKernels(), scanKeys(seededRandom(1)));
  const receiver = new WriteReceiver({
    appender: () => database.appender(),
    table: () => table,
    clock: systemClock,
    logger: silentLogger,
    registry: new MetricRegistry(),
  });
  try {
    await run({
      receiver,
      database: () => database,
      async reopen() {
        await database.close();
        database = await open(directory);
      },
      async replace() {
        await database.close();
        await rm(directory, { recursive: true });
        database = await open(directory);
      },
    });
  } finally {
    await database.close();
    await rm(directory, { recursive: true });
  }
}

describe('remote: write receiver over a database', () => {
  it('keeps what it took over a restart, thousands of series in a request and several requests at a time', async () => {
    await withReceiver(async ({ receiver, database, reopen }) => {
      const now = Math.floor(Date.now() / hour) * hour;
      const message = (from: number, time: number): Uint8Array =>
        writeMessage(
          Array.from({ length: 3000 }, (_, i) => series('m', `host-${from + i}`, [[from + i, time]])),
        );
      for (const time of [now - 2000, now - 1000]) {
        const outcomes = await Promise.all(
          [0, 1500, 3000].map((from) => receiver.storeBlock(snappyCompress(message(from, time)))),
        );
        assert.deepEqual(
          outcomes.map(({ error }) => error),
          ['', '', ''],
        );
      }
      assert.equal(database().seriesCount, 6000);
      const before = await readAll(database());
      assert.equal(before.length, 6000);
      await reopen();
      assert.deepEqual(await readAll(database()), before);
    });
  });

  it('makes series again that the store forgot', async () => {
    await withReceiver(async ({ receiver, database, replace }) => {
      const now = Date.now();
      const names = ['a', 'b', 'c'];
      const write = (time: number, instances: readonly string[]) =>
        receiver.store(
          writeMessage(
            instances.map((name) =>
              series('m', name, [
                [1, time],
                [2, time + 1],
              ]),
            ),
          ),
        );
      assert.equal((await write(now - 4000, names)).status, 204);
      // A store that has none of them stands for one that forgot: refs that the receiver has learnt name nothing.
      await replace();
      assert.deepEqual(await write(now - 3000, names), { status: 204, error: '' });
      assert.deepEqual(
        (await readAll(database())).map(([labels, rows]) => [labels, rows.length]),
        names.map((name) => [`{__name__="m", instance="${name}", job="é"}`, 2]),
      );
    });
  });

  it('stores exemplars and float histograms beside floats', async () => {
    await withReceiver(async ({ receiver, database }) => {
      const now = Date.now();
      const exemplar = Buffer.concat([
        field(1, Buffer.concat([field(1, 'trace'), field(2, 't1')])),
        doubleField(2, 0.25),
        varintField(3, varint(now - 10)),
      ]);
      const histogram = Buffer.concat([
        doubleField(2, 3.5),
        doubleField(3, 7),
        varintField(4, varint(0)),
        doubleField(5, 1e-128),
        field(11, Buffer.concat([varintField(1, varint(0)), varintField(2, varint(2))])),
        field(13, Buffer.concat([doubleBytes(1.5), doubleBytes(2)])),
        varintField(15, varint(now - 10)),
      ]);
      const outcome = await receiver.store(
        writeMessage([
          { ...series('h', 'a', undefined), histograms: [histogram] },
          { ...series('f', 'a', [[4, now - 10]]), exemplars: [exemplar] },
        ]),
      );
      assert.deepEqual(outcome, { status: 204, error: '' });
      const found = await readAll(database());
      assert.deepEqual(
        found.map(([labels, rows]) => [labels, rows.length]),
        [
          ['{__name__="f", instance="a", job="é"}', 1],
          ['{__name__="h", instance="a", job="é"}', 1],
        ],
      );
      const querier = database().querier({ mintMs: 0, maxtMs: now });
      const exemplars = await querier.selectExemplars({ mintMs: 0, maxtMs: now, matcherSets: [] });
      querier.close();
      assert.equal(exemplars[0]?.exemplars[0]?.labels.toString(), '{trace="t1"}');
    });
  });

  it('lets no requests hold more than their bound together, and one always', async () => {
    const receiver = new WriteReceiver({
      appender: () => assert.fail('nothing is stored'),
      table: () => assert.fail('nothing is read'),
      clock: systemClock,
      logger: silentLogger,
      registry: new MetricRegistry(),
      mostHeldBytes: 100,
    });
    assert.ok(receiver.hold(500));
    assert.ok(!receiver.hold(1));
    receiver.release(500);
    assert.ok(receiver.hold(60));
    assert.ok(receiver.hold(40));
    assert.ok(!receiver.hold(1));
  });
});

function doubleBytes(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
