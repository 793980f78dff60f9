import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ByteWriter, DecodeError, seededRandom, systemClock } from '../../src/base/index.js';
import { chunkEncoding, encodeFloats, encodeXor } from '../../src/chunkenc/index.js';
import { Labels, Matcher, type MatchType, type MetricType } from '../../src/model/index.js';
import { readChunk, type SeriesRef } from '../../src/storage/index.js';
import { intersect, without } from '../../src/tsdb/block/id-lists.js';
import {
  type BlockSeriesInput,
  blockSource,
  createUlid,
  dropDeleted,
  openBlock,
  writeBlock,
} from '../../src/tsdb/block/index.js';
import { addInterval } from '../../src/tsdb/tombstones/index.js';
import {
  decodeRecord,
  encodeExemplars,
  encodeMetadata,
  encodeSamples,
  encodeSamplesV2,
  encodeSeries,
  encodeTombstones,
  recordType,
  removeTemporaryCheckpoints,
  SampleColumns,
  type WalRecord,
} from '../../src/tsdb/wal/index.js';
import { batchOf } from '../storage/storage-samples.js';
import { FaultDisk } from '../support/fault-disk.js';
import { sharedKernels } from '../support/kernels.js';
import {
  type UpstreamTable,
  upstreamCases,
  upstreamCasesOf,
  upstreamTables,
} from '../support/upstream-tables.js';
import { always, readSource } from './block/read-source.js';

type GoLabels = Readonly<Record<string, string>>;
interface GoMatcher {
  readonly type: MatchType;
  readonly name: string;
  readonly value: string;
}

const toMatchers = (matchers: readonly GoMatcher[]): Matcher[] =>
  matchers.map(({ type, name, value }) => new Matcher(type, name, value));
const sorted = (labels: readonly Labels[]): Labels[] => [...labels].sort((a, b) => a.compare(b));

/** A block of series with a sample each, and what asks it. */
async function blockOf(series: readonly GoLabels[]) {
  const random = seededRandom(1);
  const disk = new FaultDisk(random);
  const ulid = createUlid(systemClock, random);
  const bytes = encodeXor(Float64Array.of(0), Float64Array.of(0), 0, 1);
  const chunks = [{ encoding: 1, mintMs: 0, maxtMs: 0, samples: 1, bytes } as const];
  const input = sorted(series.map((labels) => Labels.fromObject(labels))).map(
    (labels): BlockSeriesInput => ({ labels, chunks }),
  );
  await writeBlock({ disk, directory: '/data', ulid, mintMs: 0, endMs: 10, series: input });
  const block = await openBlock({ disk, directory: `/data/${ulid}` });
  return { block, source: blockSource({ block, window: always }) };
}

describe("upstream's tables of blocks", () => {
  it('TestPostingsForMatchers: the series that match', async function () {
    const cases = upstreamCases<{ matchers: readonly GoMatcher[]; exp: readonly GoLabels[] }>(
      'TestPostingsForMatchers',
    );
    if (cases === undefined) this.skip();
    assert.equal(cases.length, 43);
    const numbers = [
      { n: '1' },
      { n: '1', i: 'a' },
      { n: '1', i: 'b' },
      { n: '1', i: '\n' },
      { n: '2' },
      { n: '2.5' },
    ];
    const { block, source } = await blockOf(numbers);
    const kernels = await sharedKernels();
    for (const { matchers, exp } of cases) {
      const found = readSource(source, { kernels, matchers: toMatchers(matchers) }).map(
        ({ labels }) => labels,
      );
      const expected = sorted(exp.map((labels) => Labels.fromObject(labels))).map(String);
      assert.deepEqual(found, expected, JSON.stringify(matchers));
    }
    await block.close();
  });

  it('TestLabelValuesWithMatchers: the values of a label among series that match', async function () {
    interface Case {
      readonly labelName: string;
      readonly matchers: readonly GoMatcher[];
      readonly expectedValues: readonly string[] | string;
    }
    const cases = upstreamCases<Case>('TestLabelValuesWithMatchers');
    if (cases === undefined) this.skip();
    assert.equal(cases.length, 5);
    const series = Array.from({ length: 100 }, (_, i) => ({
      tens: `value${Math.floor(i / 10)}`,
      unique: `value${i}`,
    }));
    const named: Record<string, readonly string[]> = {
      uniqueWithout30s: series.filter(({ tens }) => tens !== 'value3').map(({ unique }) => unique),
    };
    const { block, source } = await blockOf(series);
    for (const { labelName, matchers, expectedValues } of cases) {
      const found = new Set<string>();
      source.labelValues(labelName, toMatchers(matchers), found);
      const expected = typeof expectedValues === 'string' ? (named[expectedValues] ?? []) : expectedValues;
      assert.deepEqual([...found].sort(), [...expected].sort());
    }
    await block.close();
  });

  it('TestLabelNamesWithMatchers: the labels of series that match', async function () {
    const cases = upstreamCases<{ matchers: readonly GoMatcher[]; expectedNames: readonly string[] }>(
      'TestLabelNamesWithMatchers',
    );
    if (cases === undefined) this.skip();
    assert.equal(cases.length, 4);
    const series: GoLabels[] = [];
    for (let i = 0; i < 100; i++) {
      const unique = { unique: `value${i}` };
      const tens = { tens: `value${i / 10}`, ...unique };
      series.push(unique);
      if (i % 10 === 0) series.push(tens);
      if (i % 20 === 0) series.push({ twenties: `value${i / 20}`, ...tens });
    }
    const { block, source } = await blockOf(series);
    for (const { matchers, expectedNames } of cases) {
      const found = new Set<string>();
      source.labelNames(toMatchers(matchers), found);
      assert.deepEqual([...found].sort(), expectedNames);
    }
    await block.close();
  });

  it('TestMultiIntersect, TestRemovedPostingsSeek: lists of series with and without others', function () {
    const all = upstreamCases<{ p: readonly (readonly number[])[]; res: readonly number[] }>(
      'TestMultiIntersect',
    );
    interface Removal {
      readonly a: readonly number[];
      readonly b: readonly number[];
      readonly seek: number;
      readonly success: boolean;
      readonly res: readonly number[] | null;
    }
    const removals = upstreamCases<Removal>('TestRemovedPostingsSeek');
    if (all === undefined || removals === undefined) this.skip();
    assert.deepEqual([all.length, removals.length], [2, 7]);
    for (const { p, res } of all) {
      const [first = [], ...others] = p;
      let left: Uint32Array = Uint32Array.from(first);
      for (const list of others) left = intersect(left, Uint32Array.from(list));
      assert.deepEqual([...left], res);
    }
    for (const { a, b, seek, success, res } of removals) {
      const left = [...without(Uint32Array.from(a), Uint32Array.from(b))].filter((id) => id >= seek);
      assert.deepEqual([left.length > 0, left], [success, success ? res : []]);
    }
  });

  it('TestPopulateWithDelChunkSeriesIterator_WithST: deletions keep the start timestamps of the rest', function () {
    const test = 'TestPopulateWithDelChunkSeriesIterator_WithST';
    interface GoSample {
      readonly st: number;
      readonly t: number;
      readonly f: number;
    }
    interface Case {
      readonly name: string;
      readonly samples: readonly [string];
      readonly intervals: { readonly values: readonly { Mint: number; Maxt: number }[] } | null;
      readonly expected: string | readonly GoSample[];
    }
    const cases = upstreamCasesOf<Case>(test, 'cases')?.[0];
    if (cases === undefined) this.skip();
    assert.equal(cases.length, 4);
    const samplesOf = (name: string): readonly GoSample[] => upstreamCasesOf<GoSample>(test, name)?.[0] ?? [];
    for (const { name, samples, intervals, expected } of cases) {
      const given = samplesOf(samples[0]);
      const column = (of: (sample: GoSample) => number): Float64Array => Float64Array.from(given, of);
      const columns = {
        timestamps: column(({ t }) => t),
        values: column(({ f }) => f),
        startTimestamps: column(({ st }) => st),
      };
      const encoding = chunkEncoding.xor2;
      const bytes = encodeFloats(encoding, columns, 0, given.length);
      const chunk = { encoding, mintMs: given[0]?.t as number, maxtMs: given.at(-1)?.t as number, bytes };
      const deleted = (intervals?.values ?? []).map(({ Mint, Maxt }) => ({ mintMs: Mint, maxtMs: Maxt }));
      const kept = (deleted.length === 0 ? [chunk] : dropDeleted(chunk, deleted)).flatMap((one) => {
        const rows = readChunk(one);
        return Array.from({ length: rows.length }, (_, i) => [
          rows.startTimestampAt(i),
          rows.timestamps[i],
          rows.values[i],
        ]);
      });
      const wanted = typeof expected === 'string' ? samplesOf(expected) : expected;
      assert.deepEqual(
        kept,
        wanted.map(({ st, t, f }) => [st, t, f]),
        name,
      );
    }
  });
});

describe("upstream's tables of deletions", () => {
  it('TestAddingNewIntervals: what is deleted with one interval more', function () {
    interface GoIntervals {
      readonly values: readonly (readonly [number, number])[];
    }
    interface Case {
      readonly exist?: GoIntervals;
      readonly new: { readonly values: GoIntervals['values'][number] };
      readonly exp: GoIntervals;
    }
    const cases = upstreamCases<Case>('TestAddingNewIntervals');
    if (cases === undefined) this.skip();
    assert.equal(cases.length, 21);
    const toInterval = ([mintMs, maxtMs]: GoIntervals['values'][number]) => ({ mintMs, maxtMs });
    for (const one of cases) {
      const before = (one.exist?.values ?? []).map(toInterval);
      assert.deepEqual(addInterval(before, toInterval(one.new.values)), one.exp.values.map(toInterval));
    }
  });
});

describe("upstream's tables of the log", () => {
  const ref = (n: number): SeriesRef => n as SeriesRef;
  type GoRecord = Readonly<Record<string, never>> & {
    readonly Ref: number;
    readonly T?: number;
    readonly ST?: number;
    readonly V?: number;
    readonly Type?: string;
    readonly Unit?: string;
    readonly Help?: string;
    readonly Labels?: GoLabels;
    readonly Intervals?: { readonly values: readonly { Mint: number; Maxt: number }[] };
  };
  const encoders: Readonly<Record<string, (writer: ByteWriter, cases: readonly GoRecord[]) => void>> = {
    RefSeries: (writer, cases) =>
      encodeSeries(
        writer,
        cases.map(({ Ref, Labels: labels = {} }) => ({ ref: ref(Ref), labels: Labels.fromObject(labels) })),
      ),
    RefSample: (writer, cases) => {
      const rows = cases.map(({ Ref, T = 0, V = 0, ST = 0 }) => [Ref, T, V, ST] as const);
      if (rows.some(([, , , start]) => start !== 0)) encodeSamplesV2(writer, batchOf(...rows));
      else encodeSamples(writer, batchOf(...rows));
    },
    'tombstones.Stone': (writer, cases) =>
      encodeTombstones(
        writer,
        cases.flatMap(({ Ref, Intervals }) =>
          (Intervals?.values ?? []).map(({ Mint, Maxt }) => ({ ref: ref(Ref), mintMs: Mint, maxtMs: Maxt })),
        ),
      ),
    RefExemplar: (writer, cases) =>
      encodeExemplars(
        writer,
        cases.map(({ Ref, T = 0, V = 0, Labels: labels = {} }) => ({
          ref: ref(Ref),
          exemplar: { labels: Labels.fromObject(labels), value: V, timestampMs: T, hasTimestamp: true },
        })),
      ),
    RefMetadata: (writer, cases) =>
      encodeMetadata(
        writer,
        cases.map(({ Ref, Type = '', Unit = '', Help = '' }) => ({
          ref: ref(Ref),
          metadata: { type: Type.toLowerCase() as MetricType, unit: Unit, help: Help },
        })),
      ),
  };
  const types: Readonly<Record<string, number>> = {
    RefSeries: recordType.series,
    'tombstones.Stone': recordType.tombstones,
    RefExemplar: recordType.exemplars,
    RefMetadata: recordType.metadata,
  };

  /** As the tables have them. */
  function fieldsOf(record: WalRecord): unknown[] {
    switch (record.kind) {
      case 'series':
        return record.entries.map(({ ref: of, labels }) => [of, `${labels}`]);
      case 'samples': {
        const { length, refs, timestamps, values, startTimestamps } = record.batch;
        return Array.from({ length }, (_, i) => [
          refs[i],
          timestamps[i],
          values[i],
          startTimestamps?.[i] ?? 0,
        ]);
      }
      case 'tombstones':
        return record.entries.map(({ ref: of, mintMs, maxtMs }) => [of, mintMs, maxtMs]);
      case 'exemplars':
        return record.entries.map(({ ref: of, exemplar: { timestampMs, value, labels } }) => [
          of,
          timestampMs,
          value,
          `${labels}`,
        ]);
      case 'metadata':
        return record.entries.map(({ ref: of, metadata: { type, unit, help } }) => [of, type, unit, help]);
      default:
        return assert.fail(record.kind);
    }
  }

  function fieldsOfCase(one: GoRecord & { readonly $type?: string }): unknown[] {
    const { $type: kind, Ref, T = 0, V = 0, ST = 0, Type = '', Unit = '', Help = '', Labels: of = {} } = one;
    const labels = `${Labels.fromObject(of)}`;
    if (kind === 'RefSeries') return [[Ref, labels]];
    if (kind === 'RefExemplar') return [[Ref, T, V, labels]];
    if (kind === 'RefMetadata') return [[Ref, Type.toLowerCase(), Unit, Help]];
    if (kind === 'RefSample') return [[Ref, T, V, ST]];
    return (one.Intervals?.values ?? []).map(({ Mint, Maxt }) => [Ref, Mint, Maxt]);
  }

  it('TestRecord_MetadataDecodeUnknownExtraFields: fields that nobody knows are passed over', function () {
    const cases = upstreamCases<GoRecord & { $type?: string }>('TestRecord_MetadataDecodeUnknownExtraFields');
    if (cases === undefined) this.skip();
    assert.ok(cases.length >= 2);
    const writer = new ByteWriter();
    writer.byte(recordType.metadata);
    const numbers = ['unknown', 'counter', 'gauge', 'histogram'];
    for (const [i, { Ref, Type = '', Unit = '', Help = '' }] of cases.entries()) {
      writer.uvarint(Ref);
      writer.byte(numbers.indexOf(Type.toLowerCase()));
      const fields = [
        ['ELSE', 'x'],
        ['UNIT', Unit],
        ['MORE', ''],
        ['HELP', Help],
      ].slice(i % 2 === 0 ? 0 : 1);
      writer.uvarint(fields.length);
      for (const field of fields) for (const text of field) writer.text(text);
    }
    const record = decodeRecord(writer.take(), new SampleColumns());
    assert.deepEqual(fieldsOf(record), cases.flatMap(fieldsOfCase));
  });

  it('TestRecord_*: what is written is read, has its type, and is refused where it is cut', function () {
    const tables = upstreamTables() as readonly UpstreamTable<GoRecord & { $type?: string }>[] | undefined;
    if (tables === undefined) this.skip();
    let compared = 0;
    for (const { test, cases } of tables) {
      if (test?.startsWith('TestRecord_') !== true || !Array.isArray(cases)) continue;
      const kind = (cases as readonly { $type?: string }[])[0]?.$type ?? '';
      const encode = encoders[kind];
      if (encode === undefined) continue;
      compared++;
      const bytes = (made: readonly GoRecord[]): Uint8Array => {
        const writer = new ByteWriter();
        encode(writer, made);
        return writer.take();
      };
      const all = bytes(cases);
      const record = decodeRecord(all, new SampleColumns());
      const hasStarts = cases.some(({ ST = 0 }) => ST !== 0);
      const samplesType = hasStarts ? recordType.samplesV2 : recordType.samples;
      assert.equal(all[0], types[kind] ?? samplesType, `${test} ${kind}`);
      assert.deepEqual(fieldsOf(record), cases.flatMap(fieldsOfCase), `${test} ${kind}`);
      const again = new ByteWriter();
      if (record.kind === 'series') encodeSeries(again, record.entries);
      else if (record.kind === 'samples')
        (record.batch.startTimestamps === undefined ? encodeSamples : encodeSamplesV2)(again, record.batch);
      else if (record.kind === 'tombstones') encodeTombstones(again, record.entries);
      else if (record.kind === 'exemplars') encodeExemplars(again, record.entries);
      else if (record.kind === 'metadata') encodeMetadata(again, record.entries);
      assert.deepEqual(again.take(), all, `${test} ${kind}`);
      assert.throws(
        () => decodeRecord(bytes(cases).subarray(0, all.length - 2), new SampleColumns()),
        DecodeError,
      );
    }
    assert.ok(compared >= 20, `${compared} tables`);
  });

  it('TestDeleteTempCheckpoints: what is left of checkpoints in the making goes', async function () {
    interface Case {
      readonly name: string;
      readonly checkpointDirectoriesToCreate: readonly string[] | null;
      readonly expectedDirectories: readonly string[] | null;
    }
    const cases = upstreamCases<Case>('TestDeleteTempCheckpoints');
    if (cases === undefined) this.skip();
    assert.equal(cases.length, 4);
    for (const { name, checkpointDirectoriesToCreate, expectedDirectories } of cases) {
      const disk = new FaultDisk(seededRandom(1));
      await disk.makeDirectory('/wal');
      for (const directory of checkpointDirectoriesToCreate ?? [])
        await disk.makeDirectory(`/wal/${directory}`);
      await removeTemporaryCheckpoints(disk, '/wal');
      const left = (await disk.list('/wal')).map((entry) => entry.name);
      assert.deepEqual(left, expectedDirectories ?? [], name);
    }
  });
});

describe("upstream's tables", () => {
  it('are each run by a test here, or left out with a reason', function () {
    const tables = upstreamTables();
    if (tables === undefined) this.skip();
    const file = new URL('../../../test/tsdb/upstream-tables.json', import.meta.url);
    const list = JSON.parse(readFileSync(file, 'utf8')) as {
      run: Record<string, readonly string[]>;
      left: readonly { source: string; test?: string; table?: string; reason: string }[];
    };
    const isRun = (test: string): boolean => Object.values(list.run).some((tests) => tests.includes(test));
    const used = new Set<object>();
    let run = 0;
    for (const { source, test, table } of tables) {
      const left = list.left.find(
        (one) =>
          source === one.source &&
          (one.test === undefined || one.test === test) &&
          (one.table === undefined || one.table === table),
      );
      if (left !== undefined) used.add(left);
      const runs = left === undefined && isRun(test ?? '');
      if (runs) run++;
      assert.ok(runs !== (left !== undefined), `${source} ${test} ${table}`);
    }
    assert.equal(used.size, list.left.length, 'a reason for no table');
    for (const [file, tests] of Object.entries(list.run)) {
      const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
      for (const test of tests)
        assert.ok(
          text.includes(test) || (test.startsWith('TestRecord_') && text.includes('TestRecord_')),
          test,
        );
    }
    assert.deepEqual([tables.length, run], [238, 88]);
  });
});
