import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { Kernels, reserveMemory } from '../../../src/kernels/index.js';
import { Labels } from '../../../src/model/index.js';
import type { SeriesRef, SeriesTexts } from '../../../src/storage/index.js';
import { createHead } from '../../../src/tsdb/head/index.js';
import { kernelModule } from '../../support/kernels.js';

const seed = Number(process.env.SEED ?? 20_261_123);

async function headOf(maxSeries?: number) {
  const maxBytes = 32 << 20;
  const memory = reserveMemory({ maxBytes, initialBytes: maxBytes });
  const kernels = new Kernels(await kernelModule(), memory, maxBytes);
  return createHead({ kernels, chunkRangeMs: 7_200_000, ...(maxSeries === undefined ? {} : { maxSeries }) });
}

function textsOf(sets: readonly Labels[]): SeriesTexts {
  const pieces: Buffer[] = [];
  const starts: number[] = [];
  let size = 0;
  for (const labels of sets) {
    starts.push(size);
    for (const text of labels.pairs) {
      const bytes = Buffer.from(text);
      const piece = Buffer.alloc(4 + ((bytes.length + 3) & ~3));
      piece.writeUInt32LE(bytes.length);
      bytes.copy(piece, 4);
      pieces.push(piece);
      size += piece.length;
    }
  }
  return {
    length: sets.length,
    bytes: Buffer.concat(pieces),
    starts: Uint32Array.from(starts),
    labelCounts: Uint32Array.from(sets, (labels) => labels.size),
  };
}

describe(`tsdb: series of texts (SEED=${seed})`, () => {
  it('finds and makes the series that label sets of strings find and make', async () => {
    const random = seededRandom(seed);
    const part = (most: number): string => 'é'.repeat(random.uint32() % 2) + (random.uint32() % most);
    const twin = await headOf();
    const head = await headOf();
    for (let round = 0; round < 40; round++) {
      const sets = Array.from({ length: 50 }, () => {
        const labels = new Map([['__name__', `m${part(5)}`]]);
        const count = random.uint32() % (round === 7 ? 90 : 5);
        for (let i = 0; i < count; i++) labels.set(`l${part(40)}`, `v${part(6)}`);
        return Labels.fromMap(labels);
      });
      const expected = twin.appender();
      const refs = sets.map((labels) => expected.series(labels));
      const appender = head.appender();
      const found = new Float64Array(sets.length);
      if (round % 3 === 0) sets.slice(0, 20).map((labels) => appender.series(labels));
      appender.seriesOfTexts(textsOf(sets), found);
      assert.deepEqual([...found], refs);
      assert.deepEqual([...appender.createdSeries], [...expected.createdSeries]);
      for (const [i, labels] of sets.entries()) {
        assert.deepEqual(head.seriesLabels(found[i] as SeriesRef)?.pairs, labels.pairs);
      }
      expected.rollback();
      appender.rollback();
    }
    assert.equal(head.seriesCount, twin.seriesCount);
  });

  it('makes none beyond the limit and still finds those that are there', async () => {
    const head = await headOf(2);
    const sets = ['a', 'b', 'c', 'a', 'd', 'b'].map((name) => Labels.fromPairs('__name__', name));
    const refs = new Float64Array(sets.length);
    const appender = head.appender();
    appender.seriesOfTexts(textsOf(sets), refs);
    assert.deepEqual([...refs], [1, 2, 0, 1, 0, 2]);
    assert.deepEqual([...appender.createdSeries], [1, 2]);
    appender.rollback();
  });
});
