/**
 * CPU milliseconds a question about labels, over the blocks of a directory: without threads and sockets, answers
 * written to bytes. Run: node dist/bench/labels.js DIRECTORY [times] [name]
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { systemDisk } from '../src/base/index.js';
import { Kernels, loadKernels, reserveMemory } from '../src/kernels/index.js';
import { parseMetricSelector } from '../src/promql/index.js';
import { type Querier, SymbolTable, type TimeWindow } from '../src/storage/index.js';
import { listBlocks } from '../src/tsdb/block/index.js';
import { openDatabaseReader, toViewed } from '../src/tsdb/db/index.js';
import { labelValues } from '../src/web/api/label-values.js';
import { series } from '../src/web/api/series.js';
import { Form } from '../src/web/form.js';
import { ByteWriter } from '../src/web/json/index.js';
import type { Answer, QueryContext } from '../src/web/route.js';

const [directory = '', times = '20', only = ''] = process.argv.slice(2);
const memoryBytes = 1 << 30;
const lookbackMs = 300_000;

type Ask = (write: (bytes: Uint8Array) => void) => Promise<void>;

async function openQuerier(): Promise<{ querier: (window: TimeWindow) => Querier; whole: TimeWindow }> {
  const kernels = new Kernels(await loadKernels(systemDisk), reserveMemory({ maxBytes: memoryBytes }));
  const { blocks } = await listBlocks(systemDisk, directory);
  const reader = await openDatabaseReader({
    view: {
      version: 0,
      head: undefined,
      chunksHeadDirectory: directory,
      chunksHeadFrom: 0,
      blocks: blocks.map(toViewed),
    },
    disk: systemDisk,
    kernels,
    readerSlot: 0,
    exemplars: () => [],
  });
  const mintMs = Math.min(...blocks.map(({ meta }) => meta.mintMs));
  const maxtMs = Math.max(...blocks.map(({ meta }) => meta.endMs));
  return { querier: (window) => reader.querier(window), whole: { mintMs, maxtMs } };
}

function drain(answer: Answer, write: (bytes: Uint8Array) => void): void {
  if (answer.kind !== 'data') return;
  const out = new ByteWriter();
  for (const piece of answer.data(out)) write(piece);
  write(out.take());
}

async function questions(): Promise<Map<string, Ask>> {
  const { querier, whole } = await openQuerier();
  const ports = { queryable: { querier }, parser: { parseSelector: parseMetricSelector } };
  const web = { ports } as unknown as QueryContext;
  const { signal } = new AbortController();
  const request = (parameter: string, match: string) => {
    const times = `start=${whole.mintMs / 1000}&end=${whole.maxtMs / 1000}`;
    const form = Form.parse(match === '' ? times : `${times}&match[]=${encodeURIComponent(match)}`);
    return { form, parameter, signal } as unknown as Parameters<typeof series>[0];
  };
  const seriesOf =
    (match: string): Ask =>
    async (write) =>
      drain(await series(request('', match), web), write);
  const values =
    (name: string, match: string): Ask =>
    async (write) =>
      drain(await labelValues(request(name, match), web), write);
  const select =
    (selector: string): Ask =>
    async (write) => {
      const window = { mintMs: whole.maxtMs - lookbackMs - 60_000, maxtMs: whole.maxtMs - 60_000 };
      const opened = querier(window);
      const set = opened.select({
        ...window,
        matchers: parseMetricSelector(selector),
        symbols: new SymbolTable(),
        sorted: false,
      });
      for (let more = await set.next(); more; more = await set.next())
        write(new Uint8Array(set.columns.values.slice().buffer));
      set.close();
      opened.close();
    };
  return new Map<string, Ask>([
    ['series 10k', seriesOf('http_requests_total')],
    ['series regex', seriesOf('{__name__=~"node_.*"}')],
    ['values pod', values('pod', '')],
    ['values match', values('instance', 'http_requests_total{code="500"}')],
    ['regex highcard', select('container_memory_working_set_bytes{pod=~"pod-.*[0-3]f.*"}')],
    ['regex alternation', select('http_requests_total{handler=~"/api/v1/res(1|2|3)",code!~"2.."}')],
    ['regex name', select('{__name__=~"node_.*",job="api"}')],
  ]);
}

async function measure(name: string, ask: Ask): Promise<void> {
  const hash = createHash('sha1');
  let bytes = 0;
  await ask((piece) => {
    hash.update(piece);
    bytes += piece.length;
  });
  for (let i = 0; i < 3; i++) await ask(() => undefined);
  const start = process.cpuUsage();
  for (let i = 0; i < Number(times); i++) await ask(() => undefined);
  const { user, system } = process.cpuUsage(start);
  const ms = ((user + system) / 1000 / Number(times)).toFixed(2).padStart(8);
  process.stdout.write(`${name.padEnd(20)}${ms} ms  ${bytes} bytes  ${hash.digest('hex').slice(0, 8)}\n`);
}

if (existsSync(directory)) {
  for (const [name, ask] of await questions()) if (name.includes(only)) await measure(name, ask);
} else process.stdout.write(`no blocks at "${directory}": name a directory of blocks\n`);
