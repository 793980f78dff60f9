import assert from 'node:assert/strict';
import { formatApiFloat, seededRandom } from '../../../src/base/index.js';
import { ByteWriter, maxPieceBytes } from '../../../src/web/json/index.js';

function written(write: (out: ByteWriter) => void): string {
  const out = new ByteWriter(16);
  write(out);
  return Buffer.from(out.take()).toString('utf8');
}

const floats: [number, string][] = [
  [0, '0'],
  [-0, '-0'],
  [1, '1'],
  [-1, '-1'],
  [10, '10'],
  [999999999, '999999999'],
  [1e9, '1000000000'],
  [1000000001, '1000000001'],
  [123456789012345, '123456789012345'],
  [1e15, '1000000000000000'],
  [2 ** 53, '9007199254740992'],
  [1e18, '1000000000000000000'],
  [1e20, '100000000000000000000'],
  [1e21, '1e+21'],
  [-1e21, '-1e+21'],
  [1.7976931348623157e308, '1.7976931348623157e+308'],
  [5e-324, '5e-324'],
  [1e-6, '0.000001'],
  [9.99e-7, '9.99e-07'],
  [1e-7, '1e-07'],
  [1e-10, '1e-10'],
  [0.1, '0.1'],
  [-0.25, '-0.25'],
  [0.30000000000000004, '0.30000000000000004'],
  [12.000067822083675, '12.000067822083675'],
  [123456.789, '123456.789'],
  [1.000001, '1.000001'],
  [1.0000001, '1.0000001'],
  [100.5, '100.5'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf'],
];

const timestamps: [number, string][] = [
  [0, '0'],
  [1, '0.001'],
  [10, '0.010'],
  [100, '0.100'],
  [999, '0.999'],
  [1000, '1'],
  [1057, '1.057'],
  [-1057, '-1.057'],
  [-1, '-0.001'],
  [1435781451781, '1435781451.781'],
  [1795347530250, '1795347530.250'],
  [1795347530000, '1795347530'],
  [-9223372036854, '-9223372036.854'],
  [9e15, '9000000000000'],
  [2 ** 53, '9007199254740.992'],
  [Number.NEGATIVE_INFINITY, '-9223372036854775.808'],
];

describe('web: bytes of numbers', () => {
  it("writes floats as upstream's API", () => {
    for (const [value, text] of floats)
      assert.equal(
        written((out) => out.float(value)),
        text,
      );
  });

  it("writes timestamps as upstream's API", () => {
    for (const [ms, text] of timestamps)
      assert.equal(
        written((out) => out.timestamp(ms)),
        text,
      );
  });

  it('writes random floats as the plain formatter does', () => {
    const seed = Number(process.env.SEED ?? 7);
    const random = seededRandom(seed);
    const bits = new Uint32Array(2);
    const asFloat = new Float64Array(bits.buffer);
    for (let i = 0; i < 20_000; i++) {
      bits[0] = random.uint32();
      bits[1] = random.uint32();
      const any = asFloat[0] as number;
      const decimal = Math.round(random.float() * 1e9) / 10 ** (i % 10);
      const scaled = random.float() * 10 ** ((i % 40) - 15);
      for (const value of [any, decimal, -decimal, scaled]) {
        assert.equal(
          written((out) => out.float(value)),
          formatApiFloat(value),
          `seed ${seed}, value ${value}`,
        );
      }
    }
  });

  it('grows for long texts and starts anew after a piece was taken', () => {
    const out = new ByteWriter(4);
    out.text('ä'.repeat(maxPieceBytes));
    assert.equal(out.isFull, true);
    assert.equal(out.take().length, 2 * maxPieceBytes);
    assert.equal(out.isFull, false);
    out.text('x');
    assert.equal(Buffer.from(out.take()).toString(), 'x');
  });
});
