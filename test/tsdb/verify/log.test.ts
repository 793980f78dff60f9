import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Clock, systemClock, systemDisk } from '../../../src/base/index.js';
import { Matcher } from '../../../src/model/index.js';
import {
  type LogFilter,
  type LogRecord,
  readLog,
  readLogStat,
  tailLog,
} from '../../../src/tsdb/verify/index.js';
import { sharedKernels } from '../../support/kernels.js';
import { sharedPath } from '../../support/shared.js';

const v3 = sharedPath('corpus', 'tsdb', 'capture-v3', 'data') ?? '';
const ooo = sharedPath('corpus', 'tsdb', 'capture-ooo', 'data') ?? '';

async function recordsOf(target: string, filter: LogFilter = {}): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  await readLog({
    disk: systemDisk,
    path: target,
    filter,
    kernels: await sharedKernels(),
    onRecord: (record) => records.push(record) > 0,
    onDamage: ({ path: file }, { startByte, reason }) => assert.fail(`${file}:${startByte}: ${reason}`),
  });
  return records;
}

describe('tsdb wal: what a log holds', () => {
  before(function () {
    if (v3 === '' || ooo === '') this.skip();
  });

  it('counts the same as it prints, in every type of record', async () => {
    const stat = await readLogStat({ disk: systemDisk, path: v3, kernels: await sharedKernels() });
    const records = await recordsOf(v3);
    assert.deepEqual(
      stat.types.map(({ type }) => type),
      [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13],
    );
    for (const { type, records: count, entries } of stat.types) {
      const ofType = records.filter((record) => record.type === type);
      assert.equal(ofType.length, count);
      assert.equal(
        ofType.reduce((sum, record) => sum + record.entryCount, 0),
        entries,
      );
    }
    assert.equal(stat.damagedBytes, 0);
    assert.deepEqual([stat.segments, stat.checkpointSegments, stat.pages * 32_768], [4, 1, stat.bytes]);
  });

  it('prints what a filter takes', async () => {
    const all = await recordsOf(ooo);
    const segment = all[0]?.segment ?? 0;
    const inSegment = await recordsOf(ooo, { segment });
    assert.equal(inSegment.length, all.filter((record) => record.segment === segment).length);
    const byType = await recordsOf(ooo, { types: ['samples'] });
    assert.deepEqual(new Set(byType.map(({ type }) => type)), new Set([2]));
    const selectors = [[new Matcher('=', '__name__', 'ooo_metric')]];
    const ofSeries = await recordsOf(ooo, { types: ['2'], selectors });
    assert.ok(ofSeries.length > 0);
    for (const { entries } of ofSeries) {
      assert.ok(entries.length > 0);
      for (const { labels } of entries) assert.equal(labels?.get('__name__'), 'ooo_metric');
    }
    const times = byType.flatMap(({ entries }) => entries.map(({ timestampMs }) => timestampMs as number));
    const middle = times.toSorted((a, b) => a - b)[times.length >> 1] as number;
    const late = await recordsOf(ooo, { types: ['samples'], fromMs: middle });
    assert.equal(
      late.reduce((sum, { entries }) => sum + entries.length, 0),
      times.filter((time) => time >= middle).length,
    );
  });

  it('refuses what is no log', async () => {
    await assert.rejects(recordsOf(path.join(v3, 'chunks_head')), /is no write-ahead log/);
  });
});

describe('tsdb wal tail', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'tsprom-tail-'));
  const log = path.join(directory, 'wal');

  before(function () {
    if (ooo === '') this.skip();
    mkdirSync(log);
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('follows a log as it grows, within a record and across segments', async () => {
    const wanted = await recordsOf(path.join(ooo, 'wal'));
    const files = ['00000000', '00000001'].map((name) => ({
      name,
      bytes: readFileSync(path.join(ooo, 'wal', name)),
    }));
    const steps: (() => void)[] = [];
    for (const { name, bytes } of files) {
      const step = Math.ceil(bytes.length / 13);
      for (let end = step; end < bytes.length + step; end += step) {
        steps.push(() => writeFileSync(path.join(log, name), bytes.subarray(0, end)));
      }
    }
    steps.shift()?.();
    const stop = new AbortController();
    const clock: Clock = {
      ...systemClock,
      sleep: async () => {
        const step = steps.shift();
        if (step === undefined) stop.abort();
        else step();
      },
    };
    const told: LogRecord[] = [];
    await tailLog({
      disk: systemDisk,
      clock,
      path: log,
      kernels: await sharedKernels(),
      count: 1000,
      follow: true,
      signal: stop.signal,
      onRecord: (record) => told.push(record),
    });
    assert.deepEqual(
      told.map(({ segment, offset, type, entryCount }) => ({ segment, offset, type, entryCount })),
      wanted.map(({ segment, offset, type, entryCount }) => ({ segment, offset, type, entryCount })),
    );
  });

  it('prints the last records, from as many segments as it takes', async () => {
    const all = await recordsOf(path.join(ooo, 'wal'));
    for (const count of [0, 1, 5, all.length]) {
      const told: LogRecord[] = [];
      await tailLog({
        disk: systemDisk,
        clock: systemClock,
        path: ooo,
        kernels: await sharedKernels(),
        count,
        follow: false,
        signal: new AbortController().signal,
        onRecord: (record) => told.push(record),
      });
      assert.deepEqual(
        told.map(({ segment, offset }) => [segment, offset]),
        all.slice(all.length - count).map(({ segment, offset }) => [segment, offset]),
      );
    }
  });
});
