import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ByteWriter, DecodeError, seededRandom } from '../../../src/base/index.js';
import { type Histogram, Labels, type Metadata, wordsOf } from '../../../src/model/index.js';
import type { FloatBatch, HistogramSample, SeriesRef } from '../../../src/storage/index.js';
import {
  decodeRecord,
  encodeExemplars,
  encodeHistograms,
  encodeHistogramsV2,
  encodeMetadata,
  encodeSamples,
  encodeSamplesV2,
  encodeSeries,
  encodeTombstones,
  histogramRecordType,
  SampleColumns,
  seriesCopyOf,
  type WalRecord,
} from '../../../src/tsdb/wal/index.js';
import { batchOf, integerHistogram } from '../../storage/storage-samples.js';
import { sharedPath } from '../../support/shared.js';

const ref = (value: number): SeriesRef => value as SeriesRef;
const record = (write: (writer: ByteWriter) => void): Uint8Array => {
  const writer = new ByteWriter(8);
  write(writer);
  return writer.take();
};
const decode = (bytes: Uint8Array): WalRecord => decodeRecord(bytes, new SampleColumns());
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const unhex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** Rows of a batch with values as bits. */
function rows(batch: FloatBatch): unknown[] {
  const words = wordsOf(batch.values);
  return Array.from({ length: batch.length }, (_, i) => [
    batch.refs[i],
    batch.timestamps[i],
    words[2 * i + 1],
    words[2 * i],
    batch.startTimestamps?.[i] ?? 0,
  ]);
}

function decodedRows(bytes: Uint8Array): unknown[] {
  const decoded = decode(bytes);
  assert.equal(decoded.kind, 'samples');
  return decoded.kind === 'samples' ? rows(decoded.batch) : [];
}

const floatHistogram = integerHistogram({
  integer: false,
  count: 12.5,
  zeroCount: 2.5,
  counterResetHint: 'gauge',
});
const customHistogram = integerHistogram({
  schema: -53,
  zeroThreshold: 0,
  zeroCount: 0,
  positiveSpans: [{ offset: 0, length: 2 }],
  positiveBuckets: Float64Array.of(7, 5),
  customValues: Float64Array.of(0.5, 1, 2.5),
});
const histograms: readonly (readonly [name: string, histogram: Histogram])[] = [
  ['integer', integerHistogram()],
  [
    'with negative buckets',
    integerHistogram({ negativeSpans: [{ offset: -3, length: 2 }], negativeBuckets: Float64Array.of(9, 1) }),
  ],
  ['float', floatHistogram],
  ['custom buckets', customHistogram],
  ['float custom buckets', { ...customHistogram, integer: false }],
  [
    'of counts beyond 32 bits',
    integerHistogram({ count: 2 ** 50, positiveBuckets: Float64Array.of(2 ** 50, 1, 0, 2 ** 40) }),
  ],
];
const wholeSeries = { mintMs: Number.NEGATIVE_INFINITY, maxtMs: Number.POSITIVE_INFINITY };
const exemplar = {
  labels: Labels.fromObject({ trace_id: 'ü', ['__proto__']: 'x' }),
  value: -1.5,
  hasTimestamp: true,
};
const metadata: Metadata = { type: 'gaugehistogram', unit: 'seconds', help: 'Wie "lange"?\n' };

describe('WAL records', () => {
  const golden: [name: string, bytes: Uint8Array, text: string][] = [
    [
      'series',
      record((w) => encodeSeries(w, [{ ref: ref(258), labels: Labels.fromPairs('a', 'b') }])),
      '01 0000000000000102 01 01 61 01 62',
    ],
    [
      'samples',
      record((w) => encodeSamples(w, batchOf([5, 1000, 1], [4, 1070, 2]))),
      '02 0000000000000005 00000000000003e8 00 00 3ff0000000000000 01 8c01 4000000000000000',
    ],
    [
      'samples V2',
      record((w) =>
        encodeSamplesV2(w, batchOf([5, 1000, 1, 900], [6, 1001, 2, 900], [7, 1002, 3, 901], [8, 1002, 4])),
      ),
      '0b 0a d00f 880e 3ff0000000000000 02 02 01 4000000000000000 02 04 02 02 4008000000000000 02 04 00 4010000000000000',
    ],
    [
      'tombstones',
      record((w) => encodeTombstones(w, [{ ref: ref(1), ...wholeSeries }])),
      '03 0000000000000001 ffffffffffffffffff01 feffffffffffffffff01',
    ],
    [
      'metadata',
      record((w) => encodeMetadata(w, [{ ref: ref(300), metadata: { type: 'gauge', unit: '', help: 'h' } }])),
      '06 ac02 02 02 04 554e4954 00 04 48454c50 01 68',
    ],
  ];
  for (const [name, bytes, text] of golden) {
    it(`writes ${name} as upstream does`, () => assert.equal(hex(bytes), hex(unhex(text))));
  }

  it('moves values as bits', () => {
    const batch = batchOf(
      [1, 1, 'stale'],
      [1, 2, Number.NaN],
      [1, 3, -0],
      [1, 4, Number.POSITIVE_INFINITY],
      [1, 5, 5e-324],
    );
    const words = wordsOf(batch.values);
    words[2] = 0x01234567;
    words[3] = 0x7ff80abc;
    assert.deepEqual(decodedRows(record((w) => encodeSamples(w, batch))), rows(batch));
    assert.deepEqual(decodedRows(record((w) => encodeSamplesV2(w, batch))), rows(batch));
  });

  it('gives back samples of any reference and time that a double holds', () => {
    const random = seededRandom(3);
    const most = Number.MAX_SAFE_INTEGER;
    for (let turn = 0; turn < 300; turn++) {
      const scale = 2 ** Math.floor(random.float() * 53);
      const around = (): number => Math.floor(random.float() * scale);
      const batch = batchOf(
        ...Array.from({ length: 9 }, (): [number, number, number, number] => [
          around(),
          around() - around(),
          random.float(),
          around(),
        ]),
      );
      assert.deepEqual(decodedRows(record((w) => encodeSamplesV2(w, batch))), rows(batch));
      const { startTimestamps: _, ...plain } = batch;
      assert.deepEqual(decodedRows(record((w) => encodeSamples(w, batch))), rows(plain));
    }
    const edges = batchOf([most, -most, 1], [0, 0, 2], [most, 1, 3]);
    assert.deepEqual(decodedRows(record((w) => encodeSamples(w, edges))), rows(edges));
  });

  for (const [name, histogram] of histograms) {
    it(`gives back a histogram ${name}`, () => {
      const samples: HistogramSample[] = [
        { ref: ref(9), timestampMs: 1000, histogram },
        { ref: ref(7), timestampMs: 900, histogram: { ...histogram, sum: -7 } },
      ];
      const decoded = decode(record((w) => encodeHistograms(w, histogramRecordType(histogram), samples)));
      assert.deepEqual(decoded, { kind: 'histograms', samples, skipped: 0 });
      const started = samples.map((sample, i) => ({ ...sample, startTimestampMs: 500 + i }));
      const second = decode(record((w) => encodeHistogramsV2(w, histogram.integer, started)));
      assert.deepEqual(second, { kind: 'histograms', samples: started, skipped: 0 });
    });
  }

  it('keeps a stale histogram stale', () => {
    const sample = {
      ref: ref(1),
      timestampMs: 1,
      histogram: integerHistogram({ stale: true, sum: Number.NaN }),
    };
    const decoded = decode(record((w) => encodeHistograms(w, 7, [sample])));
    assert.equal(decoded.kind === 'histograms' && decoded.samples[0]?.histogram.stale, true);
  });

  it('leaves out whole counts that no chunk holds', () => {
    const changes = [
      {},
      { count: 2 ** 52 },
      { zeroCount: 2 ** 52 },
      { positiveBuckets: Float64Array.of(1, 2 ** 52, 2 ** 52, 2 ** 52) },
    ];
    const samples = changes.map((change, i) => ({
      ref: ref(1),
      timestampMs: i,
      histogram: integerHistogram(change),
    }));
    const decoded = decode(record((w) => encodeHistograms(w, 7, samples)));
    assert.deepEqual(decoded, { kind: 'histograms', samples: samples.slice(0, 1), skipped: 3 });
  });

  const lyingSpans: [what: string, spans: Histogram['positiveSpans']][] = [
    ['more buckets than there are', [{ offset: 0, length: 2 ** 31 }]],
    ['fewer buckets than there are', [{ offset: 0, length: 3 }]],
    ['no buckets', []],
    ['an offset beyond 32 bits', [{ offset: 2 ** 40, length: 4 }]],
  ];
  for (const [what, positiveSpans] of lyingSpans) {
    it(`names the damage of spans of ${what}`, () => {
      const sample = { ref: ref(1), timestampMs: 1, histogram: integerHistogram({ positiveSpans }) };
      for (const type of [7, 8]) {
        const bytes = record((w) => encodeHistograms(w, type, [sample]));
        assert.throws(() => decode(bytes), DecodeError);
      }
    });
  }

  it('leaves out histograms of unknown schema and reads those above 8 at 8', () => {
    const of = (schema: number): HistogramSample => ({
      ref: ref(1),
      timestampMs: schema,
      histogram: integerHistogram({ schema }),
    });
    const decoded = decode(record((w) => encodeHistograms(w, 7, [of(53), of(9), of(-9), of(-10)])));
    assert.ok(decoded.kind === 'histograms');
    assert.equal(decoded.skipped, 2);
    const [high, low] = decoded.samples.map(({ histogram }) => histogram);
    assert.equal(low?.schema, -9);
    // Buckets 0, 1, 3, 4 of schema 9 are 0, 1, 2, 2 of schema 8.
    assert.deepEqual(
      [high?.schema, high?.positiveSpans, high?.positiveBuckets],
      [8, [{ offset: 0, length: 3 }], Float64Array.of(1, 2, 7)],
    );
  });

  const others: [name: string, bytes: Uint8Array, expected: WalRecord][] = [
    [
      'series, those said twice too',
      seriesCopyOf(record((w) => encodeSeries(w, [{ ref: ref(1), labels: exemplar.labels }]))),
      { kind: 'series', entries: [{ ref: ref(1), labels: exemplar.labels }], copy: true },
    ],
    [
      'tombstones',
      record((w) =>
        encodeTombstones(w, [
          { ref: ref(3), mintMs: -5, maxtMs: 5 },
          { ref: ref(4), ...wholeSeries },
        ]),
      ),
      {
        kind: 'tombstones',
        entries: [
          { ref: ref(3), mintMs: -5, maxtMs: 5 },
          { ref: ref(4), ...wholeSeries },
        ],
      },
    ],
    [
      'exemplars',
      record((w) =>
        encodeExemplars(w, [
          { ref: ref(3), exemplar: { ...exemplar, timestampMs: 7 } },
          { ref: ref(1), exemplar: { ...exemplar, timestampMs: -7 } },
        ]),
      ),
      {
        kind: 'exemplars',
        entries: [
          { ref: ref(3), exemplar: { ...exemplar, timestampMs: 7 } },
          { ref: ref(1), exemplar: { ...exemplar, timestampMs: -7 } },
        ],
      },
    ],
    [
      'metadata',
      record((w) => encodeMetadata(w, [{ ref: ref(2 ** 40), metadata }])),
      { kind: 'metadata', entries: [{ ref: ref(2 ** 40), metadata }] },
    ],
    ['a type of a later version', Uint8Array.of(77, 1, 2), { kind: 'unknown', type: 77 }],
    ['nothing', new Uint8Array(0), { kind: 'unknown', type: 0 }],
  ];
  for (const [name, bytes, expected] of others) {
    it(`reads ${name}`, () => assert.deepEqual(decode(bytes), expected));
  }

  const beyond: [name: string, text: string][] = [
    ['a reference of 2^53 in a series', '01 0020000000000000 00'],
    ['a reference of 2^53 in samples', '02 0020000000000000 0000000000000000 00 00 0000000000000000'],
    ['a time of -2^53 - 1 in samples', '02 0000000000000001 ffdfffffffffffff 00 00 0000000000000000'],
    ['a time that adds up to 2^53', '02 0000000000000001 001fffffffffffff 00 02 0000000000000000'],
    ['a reference below 0', '02 0000000000000001 0000000000000000 03 00 0000000000000000'],
    ['a time of 2^60 in a tombstone', '03 0000000000000001 808080808080808020 00'],
  ];
  for (const [name, text] of beyond) {
    it(`says that it cannot hold ${name}`, () =>
      assert.throws(
        () => decode(unhex(text)),
        (error) => error instanceof DecodeError && error.kind === 'unsupported',
      ));
  }

  it('names damage at every cut of a record, and throws nothing else for any flipped bit', () => {
    const random = seededRandom(11);
    const samples: HistogramSample[] = histograms
      .filter(([, h]) => histogramRecordType(h) === 7)
      .map(([, histogram]) => ({ ref: ref(1), timestampMs: 5, histogram }));
    const whole = [
      ...others.map(([, bytes]) => bytes),
      record((w) => encodeSamples(w, batchOf([1, 5, 5], [2, 6, 6]))),
      record((w) => encodeSamplesV2(w, batchOf([1, 5, 5, 2], [2, 6, 6, 3]))),
      record((w) => encodeHistograms(w, 7, samples)),
      record((w) =>
        encodeHistogramsV2(w, false, [{ ref: ref(1), timestampMs: 5, histogram: floatHistogram }]),
      ),
    ];
    const attempt = (bytes: Uint8Array): void => {
      try {
        decode(bytes);
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    };
    for (const bytes of whole) {
      for (let end = 0; end < bytes.length; end++) attempt(bytes.subarray(0, end));
      for (let turn = 0; turn < 2000; turn++) {
        const damaged = bytes.slice();
        const at = 1 + Math.floor(random.float() * (bytes.length - 1));
        if (at < bytes.length) damaged[at] = random.uint32() & 0xff;
        attempt(damaged);
      }
    }
    assert.throws(() => decode(whole[0]?.subarray(0, 12) as Uint8Array), DecodeError);
  });

  it("gives back upstream's tables", function () {
    const file = sharedPath('corpus', 'tsdb', 'upstream', 'upstream-test-tables.json');
    if (file === undefined) this.skip();
    const tables: { test: string; table: string; cases: Record<string, unknown>[] }[] = JSON.parse(
      readFileSync(file, 'utf8'),
    );
    let compared = 0;
    for (const { test, table, cases } of tables) {
      if (!test.startsWith('TestRecord_')) continue;
      if (table === 'series') {
        const entries = cases.map((c) => ({
          ref: ref(c.Ref as number),
          labels: Labels.fromObject(c.Labels as Record<string, string>),
        }));
        assert.deepEqual(decode(record((w) => encodeSeries(w, entries))), {
          kind: 'series',
          entries,
          copy: false,
        });
        compared++;
      } else if (/^samples/.test(table)) {
        const batch = batchOf(
          ...cases.map((c): [number, number, number, number] => [
            c.Ref as number,
            c.T as number,
            c.V as number,
            (c.ST as number | undefined) ?? 0,
          ]),
        );
        assert.deepEqual(decodedRows(record((w) => encodeSamplesV2(w, batch))), rows(batch));
        compared++;
      }
    }
    assert.ok(compared >= 9, String(compared));
  });
});
