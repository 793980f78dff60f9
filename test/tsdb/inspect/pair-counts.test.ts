import assert from 'node:assert/strict';
import { CorruptionError, type Random, seededRandom, systemClock } from '../../../src/base/index.js';
import { KernelScope } from '../../../src/kernels/index.js';
import { Labels } from '../../../src/model/index.js';
import {
  type Block,
  type BlockSeriesInput,
  createUlid,
  openBlock,
  writeBlock,
} from '../../../src/tsdb/block/index.js';
import { SeriesEntry } from '../../../src/tsdb/index/index.js';
import { type CountedPairs, PairCounts } from '../../../src/tsdb/inspect/pair-counts.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { createTestKernels } from '../../support/kernels.js';

const seed = Number(process.env.SEED ?? 20261123);
const endMs = 7_200_000;

/** Few labels or very many, some with values of their own; no chunk, one or several. */
function* madeSeries(random: Random, count: number): Generator<BlockSeriesInput> {
  for (let i = 0; i < count; i++) {
    const pairs = ['__name__', `metric_${String(i).padStart(6, '0')}`];
    const labels = i % 500 === 7 ? 300 : random.uint32() % 6;
    for (let label = 0; label < labels; label++)
      pairs.push(`l${String(label).padStart(3, '0')}`, `value ${random.uint32() % (label === 1 ? 5000 : 5)}`);
    const chunks = [];
    let atMs = random.uint32() % 1000;
    for (let left = random.uint32() % 4; left > 0; left--) {
      const maxtMs = atMs + (random.uint32() % 1_000_000);
      chunks.push({ encoding: 1, mintMs: atMs, maxtMs, samples: 1, bytes: new Uint8Array(12) } as const);
      atMs = maxtMs + 1 + (random.uint32() % 1000);
    }
    yield { labels: Labels.fromPairs(...pairs), chunks };
  }
}

interface Counted {
  readonly pairs: ReadonlyMap<string, readonly [count: number, sum: number]>;
  readonly labelCount: number;
}

function countedSlowly({ index }: Block, ids: Uint32Array): Counted {
  const pairs = new Map<string, readonly [number, number]>();
  const entry = new SeriesEntry();
  const scanner = index.scanner();
  let labelCount = 0;
  for (const id of ids) {
    scanner.series(id, entry);
    entry.readChunks();
    const last = entry.chunkCount - 1;
    const coveredMs = last < 0 ? 0 : (entry.maxtMs[last] as number) - (entry.mintMs[0] as number);
    labelCount += entry.labelCount;
    for (let i = 0; i < entry.labelCount; i++) {
      const key = `${entry.symbols[2 * i]} ${entry.symbols[2 * i + 1]}`;
      const [count, sum] = pairs.get(key) ?? [0, 0];
      pairs.set(key, [count + 1, sum + endMs - coveredMs]);
    }
  }
  return { pairs, labelCount };
}

function asMap({ size, names, values, counts, sums, labelCount }: CountedPairs): Counted {
  const pairs = new Map<string, readonly [number, number]>();
  for (let pair = 0; pair < size; pair++)
    pairs.set(`${names[pair]} ${values[pair]}`, [counts[pair] as number, sums[pair] as number]);
  return { pairs, labelCount };
}

describe(`series counted by pairs of name and value (seed ${seed})`, () => {
  const random = seededRandom(seed);
  const disk = new FaultDisk(random);
  const ulid = createUlid(systemClock, random);
  const directory = `/data/${ulid}`;
  before(async () => {
    const series = madeSeries(random, 20_000);
    await writeBlock({ disk, directory: '/data', ulid, mintMs: 0, endMs, series });
  });

  it('are those that a walk entry by entry finds, whatever was expected', async () => {
    const kernels = await createTestKernels();
    const block = await openBlock({ disk, directory });
    const all = block.index.scanner().postings('', '');
    const some = all.filter(() => random.uint32() % 40 === 0);
    for (const [ids, expected] of [[all, 0] as const, [all, 200_000] as const, [some, 100] as const]) {
      const scope = new KernelScope(kernels);
      const counts = new PairCounts(scope, block.index, { rangeMs: endMs, expected });
      counts.add(ids);
      assert.deepEqual(asMap(counts.result), countedSlowly(block, ids));
      scope.close();
    }
    await block.close();
  });

  it('a damaged entry is named', async () => {
    const kernels = await createTestKernels();
    const file = `${directory}/index`;
    const index = (await disk.readFile(file)) as Uint8Array;
    const block = await openBlock({ disk, directory });
    const ids = block.index.scanner().postings('', '');
    const at = block.index.seriesIdBytes * (ids[12_345] as number) + 3;
    await block.close();
    const handle = await disk.open(file, 'write');
    await handle.write(Uint8Array.of((index[at] as number) ^ 4), at);
    const damaged = await openBlock({ disk, directory });
    const scope = new KernelScope(kernels);
    const counts = new PairCounts(scope, damaged.index, { rangeMs: endMs, expected: 0 });
    assert.throws(
      () => counts.add(ids),
      (error) => error instanceof CorruptionError && error.message.includes(`"${file}" at offset`),
    );
    scope.close();
    await damaged.close();
  });
});
