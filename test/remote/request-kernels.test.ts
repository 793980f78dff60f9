import assert from 'node:assert/strict';
import { runAtOnce, seededRandom } from '../../src/base/index.js';
import { RemoteRequest, RemoteTable, scanKeys } from '../../src/kernels/index.js';
import { createTestKernels } from '../support/kernels.js';
import { checkRequests } from './request-cases.js';
import { varint, type WrittenSeries, writeMessage } from './write-messages.js';

const seed = Number(process.env.SEED ?? 20_261_123);

function up(i: number, samples = 1): WrittenSeries {
  const labels = [
    ['__name__', 'up'],
    ['instance', `host-${i}`],
  ] as const;
  return { labels, samples: Array.from({ length: samples }, (_, at) => [i + at, at] as const) };
}

describe(`remote: requests by kernels (SEED=${seed})`, () => {
  it('reads 4000 messages, damaged ones among them, as the decoder does', async () => {
    const read = checkRequests(await createTestKernels(), { seed, count: 4000 });
    assert.ok(read > 2000, `${read} were read`);
  });

  it('finds each series by what it learnt, while the table grows', async () => {
    const table = new RemoteTable(await createTestKernels(), scanKeys(seededRandom(seed)));
    const count = 30_000;
    const message = writeMessage(Array.from({ length: count }, (_, i) => up(i)));
    for (const round of [0, 1, 2]) {
      const request = new RemoteRequest(table);
      request.load(message);
      assert.ok(runAtOnce(request.scan()));
      assert.equal(request.unknownCount, round === 0 ? count : round === 1 ? count / 2 : 0);
      for (let i = 0; i < count; i++) {
        if (request.refOf(i) !== 0) assert.equal(request.refOf(i), i + 1);
        else if (round > 0 || i % 2 === 0) {
          runAtOnce(request.makeRoom());
          request.learn(i, i + 1);
        }
      }
      request.close();
    }
    assert.equal(table.size, count);
  });

  it('grows for a series of many samples and keeps those before', async () => {
    const table = new RemoteTable(await createTestKernels(), scanKeys(seededRandom(seed)));
    const request = new RemoteRequest(table);
    request.load(writeMessage([up(1, 3), up(2, 9000), up(3, 5)]));
    assert.ok(runAtOnce(request.scan()));
    request.setRef(0, 7);
    request.setRef(1, -1);
    request.setRef(2, 9);
    runAtOnce(request.fill(3));
    const rows = request.rows(0, request.keptCount);
    assert.deepEqual([...rows.refs], [7, 7, 7, 9, 9, 9, 9]);
    assert.deepEqual([...rows.values], [1, 2, 3, 3, 4, 5, 6]);
    assert.deepEqual(request.refusals, { first: 6, isFull: true });
    request.close();
  });

  it('leaves what is not plain to the decoder', async () => {
    const table = new RemoteTable(await createTestKernels(), scanKeys(seededRandom(seed)));
    const sound = writeMessage([up(1)]);
    const cases: [why: string, message: Uint8Array][] = [
      ['a field of another number', Buffer.concat([sound, Uint8Array.of(0x22, 0)])],
      ['a group', Buffer.concat([sound, Uint8Array.of(0x0b, 0x0c)])],
      ['a length behind the end', Buffer.concat([sound, Uint8Array.of(0x0a, 0x7f)])],
      ['a length of 64 bits', Buffer.concat([sound, Uint8Array.of(0x0a), varint(-1)])],
      ['a tag without a length', Buffer.concat([sound, Uint8Array.of(0x0a)])],
      ['a time that no double holds', writeMessage([{ labels: up(1).labels, samples: [[1, 2 ** 54]] }])],
    ];
    for (const [why, message] of cases) {
      const request = new RemoteRequest(table);
      request.load(message);
      assert.equal(runAtOnce(request.scan()), false, why);
      request.close();
    }
  });
});
