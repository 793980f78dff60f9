import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemDisk } from '../../../src/base/index.js';
import { isStaleAt, wordsOf } from '../../../src/model/index.js';
import type { SeriesColumns } from '../../../src/storage/index.js';
import { openReadOnly } from '../../../src/tsdb/index.js';
import { sharedPath } from '../../support/shared.js';
import { eachSeries } from './digests.js';

interface Operation {
  readonly op: 'truncate' | 'flip' | 'append' | 'delete' | 'rename' | 'mkdir';
  readonly file: string;
  readonly arg?: number | string;
}

interface Case {
  readonly name: string;
  readonly operations: readonly Operation[];
  readonly starts: boolean;
  /** By metric, what upstream counts at `evaluatedMs`; a text where it answers with an error. */
  readonly samples?: Readonly<Record<string, number | string>>;
}

const evaluatedMs = 1_795_347_040_000;
const rangeMs = 7_200_000;

/** What leaves no trace: whole files that are gone, what was cut at the end of a record, and what holds nothing. */
const silent = new Set([
  'none',
  'wal-truncate-7',
  'wal-truncate-half',
  'wal-append-zeros',
  'wal-first-segment-deleted',
  'wal-gap',
  'wbl-deleted',
  'chunks-head-deleted',
  'block-tombstones-missing',
]);

function apply(data: string, { op, file, arg }: Operation): void {
  const target = path.join(data, file);
  if (op === 'truncate') truncateSync(target, arg as number);
  else if (op === 'append') appendFileSync(target, Buffer.from(arg as string, 'hex'));
  else if (op === 'delete') rmSync(target, { recursive: true });
  else if (op === 'rename') renameSync(target, path.join(data, arg as string));
  else if (op === 'mkdir') mkdirSync(target, { recursive: true });
  else {
    const bytes = readFileSync(target);
    bytes[arg as number] = (bytes[arg as number] as number) ^ 0xff;
    writeFileSync(target, bytes);
  }
}

interface Read {
  readonly counts: Readonly<Record<string, number>>;
  /** Damage that was told. */
  readonly told: number;
}

async function read(directory: string): Promise<Read> {
  let damages = 0;
  const database = await openReadOnly({ directory, disk: systemDisk });
  const counts: Record<string, number> = {};
  const { stats, lateLog, brokenBlocks, segments } = database;
  const told =
    stats.corruptions +
    stats.tornTails +
    lateLog.corruptions +
    brokenBlocks.size +
    segments.filter(({ damages }) => damages.length > 0).length;
  const count = (series: string, columns: SeriesColumns): void => {
    const metric = /__name__="([^"]*)"/.exec(series)?.[1] ?? '';
    const words = wordsOf(columns.values);
    for (let row = 0; row < columns.length; row++) {
      const timestampMs = columns.timestamps[row] as number;
      const isIn = timestampMs > evaluatedMs - rangeMs && timestampMs <= evaluatedMs;
      if (isIn && !isStaleAt(words, row)) counts[metric] = (counts[metric] ?? 0) + 1;
    }
  };
  await eachSeries(database, count, () => {
    damages++;
  });
  await database.close();
  return { counts, told: told + damages };
}

describe('damaged directories opened offline', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'offline-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const file = sharedPath('corpus', 'tsdb', 'corruption', 'cases.json');
  const cases = file === undefined ? [] : (JSON.parse(readFileSync(file, 'utf8')) as Case[]);

  for (const { name, operations, samples } of cases) {
    it(`${name}: what is left is read, and the damage is told`, async function () {
      const source = sharedPath('corpus', 'tsdb', 'capture-ooo', 'data');
      if (source === undefined) this.skip();
      const data = path.join(root, 'data');
      cpSync(source, data, { recursive: true });
      for (const entry of ['', ...(readdirSync(data, { recursive: true }) as string[])])
        chmodSync(path.join(data, entry), 0o755);
      for (const operation of operations) apply(data, operation);
      const { counts, told } = await read(data);
      for (const [metric, upstream] of Object.entries(samples ?? {})) {
        const own = counts[metric] ?? 0;
        const whole = cases[0]?.samples?.[metric] as number;
        assert.ok(own <= whole, `${metric}: ${own} of ${whole}`);
        if (typeof upstream === 'number')
          assert.ok(own >= upstream, `${metric}: ${own}, upstream ${upstream}`);
      }
      assert.equal(told > 0, !silent.has(name), `${told} damages`);
    });
  }
});
