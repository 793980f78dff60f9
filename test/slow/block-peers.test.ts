import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { seededRandom, systemClock, systemDisk } from '../../src/base/index.js';
import { encodeXor } from '../../src/chunkenc/index.js';
import type { Kernels } from '../../src/kernels/index.js';
import { Labels } from '../../src/model/index.js';
import {
  type BlockChunk,
  type BlockSeriesInput,
  blockSource,
  createUlid,
  openBlock,
  writeBlock,
} from '../../src/tsdb/block/index.js';
import { createTestKernels } from '../support/kernels.js';
import { peerPath } from '../support/peers.js';
import { seriesOf } from '../tsdb/block/copy-block.js';
import { corpusBlocks } from '../tsdb/block/corpus-blocks.js';
import { always, readSource } from '../tsdb/block/read-source.js';

const run = promisify(execFile);
const maxBuffer = 1 << 30;
const startMs = 1_700_000_000_000;
const seed = 20264;

/** 3,000 series of several chunks; their names hold what is hard to sort and to quote. */
function* madeSeries(): Generator<BlockSeriesInput> {
  const random = seededRandom(seed);
  const texts = ['', 'ü', '"quoted"', 'a\nb', '\u{1f600}', '\uffee', ...'xyz'];
  const all = Array.from({ length: 3000 }, (_, i) =>
    Labels.fromPairs(
      '__name__',
      `m${i % 7}`,
      'i',
      String(i),
      'text',
      texts[i % texts.length] as string,
      'z.ü',
      'v',
    ),
  );
  for (const labels of all.sort((a, b) => a.compare(b))) {
    const chunks: BlockChunk[] = [];
    for (let first = 0; first < 360; first += 120) {
      const times = Float64Array.from({ length: 120 }, (_, i) => startMs + (first + i) * 15_000);
      const values = Float64Array.from({ length: 120 }, () => Math.round(random.float() * 1e6) / 8);
      chunks.push({
        encoding: 1,
        mintMs: times[0] as number,
        maxtMs: times[119] as number,
        samples: 120,
        bytes: encodeXor(times, values, 0, 120),
      });
    }
    yield { labels, chunks };
  }
}

/** Lines of a dump, of floats and histograms alike, without their order. */
function sortedLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

async function writeMade(folder: string): Promise<string> {
  const ulid = createUlid(systemClock, seededRandom(1));
  const endMs = startMs + 360 * 15_000;
  const options = { disk: systemDisk, directory: folder, ulid, mintMs: startMs, endMs };
  await writeBlock({ ...options, series: madeSeries(), segmentBytes: 200_000 });
  return ulid;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function startServer(program: string, folder: string): Promise<{ child: ChildProcess; url: string }> {
  const port = await freePort();
  const config = path.join(folder, 'empty.yml');
  writeFileSync(config, '');
  const child = spawn(
    program,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--storage.tsdb.retention.time=100y',
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (answer?.status === 200) return { child, url };
    await systemClock.sleep(100);
  }
  child.kill();
  throw new Error(`${program} does not become ready`);
}

describe('blocks and the programs of Prometheus', () => {
  let folder = '';
  let kernels: Kernels;
  before(async () => {
    kernels = await createTestKernels();
  });
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'blocks-'));
    mkdirSync(path.join(folder, 'wal'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function dumpOwn(directory: string): Promise<string[]> {
    const block = await openBlock({ disk: systemDisk, directory });
    const lines: string[] = [];
    for (const one of readSource(blockSource({ block, window: always }), { kernels })) {
      for (const line of one.lines) {
        const space = line.indexOf(' ');
        lines.push(`${one.labels} ${line.slice(space + 1)} ${line.slice(0, space)}`);
      }
    }
    await block.close();
    return lines.sort();
  }

  it('promtool lists, analyses and dumps what is written', async function () {
    const promtool = peerPath('promtool');
    if (promtool === undefined) this.skip();
    const ulid = await writeMade(folder);
    const list = await run(promtool, ['tsdb', 'list', folder]);
    assert.match(list.stdout, new RegExp(`${ulid}.*1080000 +9000 +3000`));
    const analysis = await run(promtool, ['tsdb', 'analyze', '--extended', folder, ulid], { maxBuffer });
    assert.match(analysis.stdout, /Total Series: 3000/);
    const dump = await run(promtool, ['tsdb', 'dump', folder], { maxBuffer });
    const lines = sortedLines(dump.stdout);
    assert.equal(lines.length, 1_080_000);
    const own = await dumpOwn(path.join(folder, ulid));
    assert.ok(lines.every((line, i) => line === own[i]));
  });

  for (const peer of ['prometheus', 'prometheus-2.42']) {
    it(`${peer} serves what is written`, async function () {
      const program = peerPath(peer);
      if (program === undefined) this.skip();
      await writeMade(folder);
      const server = await startServer(program, folder);
      try {
        const query = encodeURIComponent('sum(count_over_time({__name__=~"m."}[3h]))');
        const time = (startMs + 360 * 15_000) / 1000;
        const answer = await fetch(`${server.url}/api/v1/query?query=${query}&time=${time}`);
        const body = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
        assert.equal(body.data.result[0]?.value[1], '1080000');
      } finally {
        const ended = once(server.child, 'exit');
        server.child.kill();
        await ended;
      }
    });
  }

  for (const { name, directory, isDownsampled } of corpusBlocks()) {
    if (isDownsampled) continue;
    it(`promtool dumps the samples that are read of ${name}, also of a copy`, async function () {
      const promtool = peerPath('promtool');
      if (promtool === undefined) this.skip();
      const original = path.join(folder, path.basename(directory));
      cpSync(directory, original, { recursive: true });
      const expected = sortedLines((await run(promtool, ['tsdb', 'dump', folder], { maxBuffer })).stdout);
      assert.deepEqual(await dumpOwn(original), expected);
      const block = await openBlock({ disk: systemDisk, directory });
      if (block.tombstones.size > 0) return block.close();
      rmSync(original, { recursive: true });
      const { ulid, mintMs, endMs } = block.meta;
      const options = { disk: systemDisk, directory: folder, ulid, mintMs, endMs };
      await writeBlock({ ...options, series: seriesOf(block) });
      await block.close();
      const copied = sortedLines((await run(promtool, ['tsdb', 'dump', folder], { maxBuffer })).stdout);
      assert.deepEqual(copied, expected);
    });
  }
});
