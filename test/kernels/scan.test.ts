import assert from 'node:assert/strict';
import { runAtOnce, seededRandom } from '../../src/base/index.js';
import { PageScan, scanKeys } from '../../src/kernels/index.js';
import { createTestKernels } from '../support/kernels.js';
import { checkFloats } from './scan-cases.js';

const seed = Number(process.env.SEED ?? 31);

/** The hash of a text, by the letter of `assembly/scan-lines.ts`. */
function hashTwin(text: Uint8Array, keys: Uint32Array): bigint {
  const mask = (1n << 64n) - 1n;
  const wide = (words: Uint32Array, i: number): bigint =>
    (BigInt(words[i + 1] as number) << 32n) | BigInt(words[i] as number);
  const factor = wide(keys, 256 + 8) | 1n;
  const sums = [0n, 0n];
  const words = new Uint32Array(4 * Math.ceil(text.length / 16));
  new Uint8Array(words.buffer).set(text);
  for (let i = 0; i < words.length; i += 4) {
    for (const pass of [0, 1]) {
      if (i > 0 && i % 256 === 0) sums[pass] = ((sums[pass] as bigint) * factor) & mask;
      const key = (i % 256) + 4 * pass;
      const keyed = [0, 1, 2, 3].map((k) =>
        BigInt(((words[i + k] as number) + (keys[key + k] as number)) >>> 0),
      );
      const [a, b, c, d] = keyed as [bigint, bigint, bigint, bigint];
      sums[pass] = ((sums[pass] as bigint) + a * c + b * d) & mask;
    }
  }
  let hash = (((sums[0] as bigint) + BigInt(text.length)) * factor + (sums[1] as bigint)) & mask;
  hash ^= hash >> 32n;
  hash = (hash * 0x9e3779b97f4a7c15n) & mask;
  return hash ^ (hash >> 29n);
}

describe(`scan kernels (SEED=${seed})`, () => {
  it('read floats as their twin does', async () => {
    const slow = checkFloats(await createTestKernels(), { seed, count: 5000 });
    assert.ok(slow < 500);
  });

  it('hash texts of all lengths as their twin does', async () => {
    const random = seededRandom(seed);
    const keys = scanKeys(random);
    const scan = new PageScan(await createTestKernels(), keys);
    const empty = {
      count: 0,
      hashes: new Uint32Array(0),
      payloads: new Float64Array(0),
      infos: new Uint32Array(0),
    };
    const start = { timeMs: 0, latestMs: 0, honorTimestamps: true, trackTimestamps: false, sampleLimit: 0 };
    for (const length of [...Array(70).keys(), 1023, 1024, 1025, 1039, 1040, 2048, 5000, 70_000]) {
      const text = random.bytes(length);
      runAtOnce(scan.loadPage([text], length));
      scan.begin({ ...start, slots: empty });
      assert.equal(runAtOnce(scan.find(0, length)), -1);
      runAtOnce(scan.add(7, 0));
      const { hashes } = scan.slots.columns();
      assert.equal(new BigUint64Array(hashes.slice().buffer)[0], hashTwin(text, keys), `${length} bytes`);
    }
  });

  it('tell a hundred thousand texts apart', async () => {
    const scan = new PageScan(await createTestKernels(), scanKeys(seededRandom(seed)));
    const lines = Array.from(
      { length: 100_000 },
      (_, i) => `http_requests_total{code="200",instance="${i}"} 1\n`,
    );
    const page = Buffer.from(lines.join(''));
    runAtOnce(scan.loadPage([page], page.length));
    const empty = {
      count: 0,
      hashes: new Uint32Array(0),
      payloads: new Float64Array(0),
      infos: new Uint32Array(0),
    };
    scan.begin({
      ...{ timeMs: 0, latestMs: 0, honorTimestamps: true, trackTimestamps: false, sampleLimit: 0 },
      slots: empty,
    });
    for (;;) {
      const reason = scan.run('text', page.length, page.length);
      if (reason === 0) break;
      if (reason === 4) runAtOnce(scan.slots.openTable());
      else runAtOnce(scan.add(1, 0));
    }
    assert.equal(scan.slots.count, lines.length);
  });
});
