import assert from 'node:assert/strict';
import {
  DurationError,
  formatDuration,
  formatFloatPlain,
  formatGoDuration,
  parseDuration,
  parseGoDuration,
  parseSignedDuration,
  parseTimeParameter,
  requireDuration,
} from '../../src/base/index.js';
import { casesOf, readCorpus, type Table } from './corpus-tables.js';

interface DurationCase {
  readonly in: string;
  readonly out: number;
  readonly expectedString?: string;
}
interface TimeCase {
  readonly in: { readonly args: readonly [number] };
  readonly out: string;
}

const refused: readonly (readonly [text: string, error: string])[] = [
  ['', 'empty duration string'],
  ['1', 'not a valid duration string: "1"'],
  ['-1s', 'not a valid duration string: "-1s"'],
  ['1s1s', 'not a valid duration string: "1s1s"'],
  ['1m1h', 'not a valid duration string: "1m1h"'],
  ['99999999999999999999s', 'not a valid duration string: "99999999999999999999s"'],
  ['1.5d', 'unknown unit "." in duration "1.5d"'],
  ['1 d', 'unknown unit " d" in duration "1 d"'],
  ['294y', 'duration out of range'],
];

/** Text, milliseconds, and how Go prints it. */
const goDurations: readonly (readonly [text: string, ms: number, printed: string])[] = [
  ['0', 0, '0s'],
  ['-0', 0, '0s'],
  ['1h30m', 5_400_000, '1h30m0s'],
  ['1.5h', 5_400_000, '1h30m0s'],
  ['-300ms', -300, '-300ms'],
  ['1.5s', 1500, '1.5s'],
  ['.5us', 0.0005, '500ns'],
  ['1.5\u00b5s', 0.0015, '1.5\u00b5s'],
  ['1m1ns', 60_000.000001, '1m0.000000001s'],
  ['100h', 360_000_000, '100h0m0s'],
];
const goRefused: readonly (readonly [text: string, error: string])[] = [
  ['', 'time: invalid duration ""'],
  ['.s', 'time: invalid duration ".s"'],
  ['3', 'time: missing unit in duration "3"'],
  ['1d', 'time: unknown unit "d" in duration "1d"'],
  ['1\u00b5', 'time: unknown unit "\\xc2\\xb5" in duration "1\\xc2\\xb5"'],
  ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
];

describe('Prometheus durations', () => {
  const tables = readCorpus<Table<unknown>[]>('promqltest', 'parser', 'durations.json');

  it('reads and prints every duration of upstream’s tables', function () {
    if (!tables) this.skip();
    const plain = [
      ...casesOf<DurationCase>(tables, 'TestParseDuration', 'baseCases'),
      ...casesOf<DurationCase>(tables, 'TestDuration_UnmarshalText'),
      ...casesOf<DurationCase>(tables, 'TestDuration_UnmarshalJSON').map((row) => ({
        ...row,
        in: JSON.parse(row.in) as string,
        expectedString: row.expectedString && (JSON.parse(row.expectedString) as string),
      })),
    ];
    for (const { in: text, out, expectedString } of plain) {
      assert.deepEqual(parseDuration(text), { ok: true, ms: out }, text);
      assert.equal(formatDuration(out), expectedString || text);
    }
    for (const row of casesOf<DurationCase>(tables, 'TestParseDuration', 'negativeCases')) {
      assert.deepEqual(parseSignedDuration(row.in), { ok: true, ms: row.out });
      assert.equal(parseDuration(row.in).ok, false);
      assert.equal(formatDuration(row.out), row.expectedString || row.in);
    }
    for (const text of casesOf<string>(tables, 'TestParseBadDuration')) {
      assert.equal(parseDuration(text).ok, false, text);
      assert.throws(() => requireDuration(text), DurationError);
    }
  });

  it('prints and reads seconds as upstream’s times in JSON', function () {
    if (!tables) this.skip();
    for (const { in: time, out } of casesOf<TimeCase>(tables, 'TestTimeJSON')) {
      const [ms] = time.args;
      assert.equal(formatFloatPlain(ms / 1000), out);
      assert.equal(parseTimeParameter(out), ms);
    }
    assert.deepEqual(
      casesOf<string>(tables, 'BenchmarkUnmarshalTime').map(parseTimeParameter),
      [1780924784000, 1780924784010, 1780924784001],
    );
  });

  for (const [text, error] of refused) {
    it(`refuses "${text}" in upstream’s words`, () =>
      assert.deepEqual(parseDuration(text), { ok: false, error }));
  }

  it('reads leading zeros of any number', () => {
    assert.deepEqual(parseDuration(`${'0'.repeat(40)}5m`), { ok: true, ms: 300_000 });
  });
});

describe('Go durations', () => {
  for (const [text, ms, printed] of goDurations) {
    it(`reads "${text}" and prints ${printed}`, () => {
      assert.deepEqual(parseGoDuration(text), { ok: true, ms });
      assert.equal(formatGoDuration(ms), printed);
    });
  }

  for (const [text, error] of goRefused) {
    it(`refuses "${text}" in Go’s words`, () =>
      assert.deepEqual(parseGoDuration(text), { ok: false, error }));
  }
});
