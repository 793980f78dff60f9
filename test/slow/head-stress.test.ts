import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { runAtOnce } from '../../src/base/index.js';
import { Labels } from '../../src/model/index.js';
import type { SeriesRef } from '../../src/storage/index.js';
import type { Head } from '../../src/tsdb/head/index.js';
import { appendRows, type FloatRow } from '../storage/storage-samples.js';
import { kernelModule } from '../support/kernels.js';
import { openTestHead } from '../tsdb/head/head-storage.js';
import type { ReaderJob, ReaderReport } from './head-stress-reader.js';

const startMs = 1_700_000_000_000;
const seriesCount = 160;
/** So many samples live in a series before others take its place. */
const lifetime = 300;
const keptMs = 200_000;
/** The head's own commit before the first. */
const firstCommit = 2;

/** One sample of each series a commit; series end and others begin, chunks are cut, dropped and their memory reused. */
class Writer {
  readonly #head: Head;
  #index = 0;
  readonly #refs: { ref: SeriesRef; until: number }[] = [];

  constructor(head: Head) {
    this.#head = head;
  }

  commit(): void {
    const appender = this.#head.appender();
    const index = this.#index++;
    const rows: FloatRow[] = [];
    for (let s = 0; s < seriesCount; s++) {
      let series = this.#refs[s];
      if (series === undefined || series.until < index) {
        const until = index + lifetime - ((s * 7) % lifetime);
        const labels = ['s', `${s}`, 'since', `${index}`, 'until', `${until}`] as const;
        series = { ref: appender.series(Labels.fromPairs('__name__', 'm', ...labels)), until };
        this.#refs[s] = series;
      }
      rows.push([series.ref, startMs + index * 1000, s * 1e6 + index]);
    }
    assert.ok(appendRows(appender, ...rows).every((outcome) => outcome === 0));
    runAtOnce(appender.publish());
    if (index % 64 === 0) runAtOnce(this.#head.truncateBefore(startMs + index * 1000 - keptMs));
  }
}

describe('a head that is read while it is written', function () {
  this.timeout(600_000);

  const cases: readonly (readonly [name: string, reads: number, withPauses: boolean])[] = [
    ['as fast as both can', 10_000_000, false],
    ['with delays between the looks at a series', 2_000_000, true],
  ];
  for (const [name, reads, withPauses] of cases) {
    it(`shows whole commits and no foreign byte, ${name}`, async () => {
      const head = await openTestHead({ maxBytes: 24 << 20, chunkRangeMs: 100_000 });
      const writer = new Writer(head);
      for (let i = 0; i < 100; i++) writer.commit();
      const module = await kernelModule();
      const readerSlot = head.openReaderSlot();
      const view = head.view();
      const workerData: ReaderJob = {
        ...{ module, view, readerSlot, startMs, reads, seed: 5 },
        ...{ withPauses, firstCommit },
      };
      const worker = new Worker(new URL('./head-stress-reader.js', import.meta.url), { workerData });
      let report: ReaderReport | undefined;
      const done = once(worker, 'message').then(([message]) => {
        report = message as ReaderReport;
      });
      let commits = 100;
      while (report === undefined) {
        writer.commit();
        if (++commits % 8 === 0) await Promise.race([done, setImmediate()]);
      }
      head.closeReaderSlot(readerSlot);
      await worker.terminate();
      process.stdout.write(
        `      ${report.reads} samples read in ${report.snapshots} snapshots, ${commits} commits, ` +
          `${report.faults.length} faults; ${head.usedBytes} of ${head.reservedBytes} bytes in use\n`,
      );
      assert.deepEqual(report.faults, []);
    });
  }
});
