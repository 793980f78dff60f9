import assert from 'node:assert/strict';
import {
  formatFloatPlain,
  formatFloatScientific,
  formatFloatShortest,
  formatGoFixed,
  formatGoGeneral,
  formatGoScientific,
  parseGoFloat,
  readGoFloat,
  seededRandom,
} from '../../src/base/index.js';

/** Value, %g with the shortest digits, %.4g, %.2f, %.3e: as Go prints them. */
const printed: readonly (readonly [number, string, string, string, string])[] = [
  [0, '0', '0', '0.00', '0.000e+00'],
  [-0, '-0', '-0', '-0.00', '-0.000e+00'],
  [1, '1', '1', '1.00', '1.000e+00'],
  [0.125, '0.125', '0.125', '0.12', '1.250e-01'],
  [0.375, '0.375', '0.375', '0.38', '3.750e-01'],
  [2.5, '2.5', '2.5', '2.50', '2.500e+00'],
  [9.9995, '9.9995', '9.999', '10.00', '9.999e+00'],
  [999.95, '999.95', '1000', '999.95', '1.000e+03'],
  [12345, '12345', '1.234e+04', '12345.00', '1.234e+04'],
  [99999, '99999', '1e+05', '99999.00', '1.000e+05'],
  [999999, '999999', '1e+06', '999999.00', '1.000e+06'],
  [1e6, '1e+06', '1e+06', '1000000.00', '1.000e+06'],
  [0.0001, '0.0001', '0.0001', '0.00', '1.000e-04'],
  [0.00001, '1e-05', '1e-05', '0.00', '1.000e-05'],
  [1e21, '1e+21', '1e+21', '1000000000000000000000.00', '1.000e+21'],
  [5e-324, '5e-324', '4.941e-324', '0.00', '4.941e-324'],
  [Number.NaN, 'NaN', 'NaN', 'NaN', 'NaN'],
  [Number.POSITIVE_INFINITY, '+Inf', '+Inf', '+Inf', '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf', '-Inf', '-Inf', '-Inf'],
];

/** Text and value; undefined for what is no float, an infinity for what is out of range. */
const read: readonly (readonly [string, number | undefined])[] = [
  ['1', 1],
  ['+1.5', 1.5],
  ['-.5', -0.5],
  ['5.', 5],
  ['1e-400', 0],
  ['-0', -0],
  ['1_000', 1000],
  ['1_23.50_0_0e+1_2', 1.235e14],
  ['0x1p-2', 0.25],
  ['0X1.8P1', 3],
  ['0x_1p0', 1],
  ['0x1p-1074', 5e-324],
  ['0x1p-1075', 0],
  ['0x1.8p-1075', 5e-324],
  ['0x1.fffffffffffff7p1023', Number.MAX_VALUE],
  ['0x10000000000000800000000000000000001p0', Number(0x10000000000000800000000000000000001n)],
  ['inf', Number.POSITIVE_INFINITY],
  ['-INFINITY', Number.NEGATIVE_INFINITY],
  ['', undefined],
  ['.', undefined],
  [' 1', undefined],
  ['1 ', undefined],
  ['1__0', undefined],
  ['_1', undefined],
  ['1_', undefined],
  ['1_.5', undefined],
  ['1._5', undefined],
  ['0x1', undefined],
  ['0x1_p0', undefined],
  ['0xp1', undefined],
  ['infinit', undefined],
  ['+nan', undefined],
  ['1e', undefined],
];

describe('Go floats', () => {
  for (const [value, shortest, general, fixed, scientific] of printed) {
    it(`prints ${shortest}`, () => {
      assert.equal(formatFloatShortest(value), shortest);
      assert.equal(formatGoGeneral(value, 4), general);
      assert.equal(formatGoFixed(value, 2), fixed);
      assert.equal(formatGoScientific(value, 3), scientific);
    });
  }

  it('prints every digit of the largest double', () => {
    const digits = BigInt(Number.MAX_VALUE).toString();
    assert.equal(formatGoFixed(Number.MAX_VALUE, 1), `${digits}.0`);
    assert.equal(formatGoGeneral(Number.MAX_VALUE, 400), digits);
  });

  it('rounds ties to even', () => {
    assert.deepEqual(
      [0.5, 1.5, 2.5, -0.5].map((value) => formatGoFixed(value, 0)),
      ['0', '2', '2', '-0'],
    );
    assert.deepEqual(
      [2.5, 3.5, 25, 35].map((value) => formatGoGeneral(value, 1)),
      ['2', '4', '2e+01', '4e+01'],
    );
  });

  for (const [text, value] of read) {
    it(`reads "${text}" as ${value}`, () => assert.equal(parseGoFloat(text), value));
  }

  it('reads NaN without a sign', () => assert.ok(Number.isNaN(parseGoFloat('nAn'))));

  it('says why a text is no float', () => {
    assert.deepEqual(readGoFloat('1e400'), {
      ok: false,
      reason: 'range',
      value: Number.POSITIVE_INFINITY,
      error: 'strconv.ParseFloat: parsing "1e400": value out of range',
    });
    assert.deepEqual(readGoFloat('x'), {
      ok: false,
      reason: 'syntax',
      value: 0,
      error: 'strconv.ParseFloat: parsing "x": invalid syntax',
    });
    assert.equal(parseGoFloat('-0x1p1024'), undefined);
  });

  it('reads back what it prints', () => {
    const seed = Number(process.env.SEED ?? 20260102);
    const random = seededRandom(seed);
    const words = new Uint32Array(2);
    const values = new Float64Array(words.buffer);
    for (let i = 0; i < 20_000; i++) {
      words[0] = random.uint32();
      words[1] = random.uint32();
      const value = values[0] as number;
      if (!Number.isFinite(value)) continue;
      for (const text of [
        formatFloatShortest(value),
        formatFloatPlain(value),
        formatFloatScientific(value),
        formatGoGeneral(value, 17),
        formatGoScientific(value, 16),
      ]) {
        assert.ok(Object.is(parseGoFloat(text), value), `seed ${seed}: ${text}`);
      }
    }
  });

  it('stays linear on hostile texts', () => {
    const digits = '1'.repeat(1_000_000);
    assert.equal(parseGoFloat(`${digits}x`), undefined);
    assert.equal(parseGoFloat(`0x${digits}p1x`), undefined);
    assert.equal(parseGoFloat(`${'1_'.repeat(500_000)}`), undefined);
    assert.equal(parseGoFloat(`0x${'_1'.repeat(100_000)}`), undefined);
    assert.equal(readGoFloat(`0x${'f'.repeat(1_000_000)}p-4000000`).ok, true);
  });
});
