import assert from 'node:assert/strict';
import { floatForms } from '../../src/kernels/index.js';
import { createTestKernels } from '../support/kernels.js';
import { checkFloatFormat, FloatTexts } from './float-format-cases.js';

describe('kernels: doubles as text', () => {
  const cases: [value: number, plain: string, api: string, shortest: string][] = [
    [0, '0', '0', '0'],
    [-0, '-0', '-0', '-0'],
    [Number.NaN, 'NaN', 'NaN', 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf', '+Inf', '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf', '-Inf', '-Inf'],
    [1e6, '1000000', '1000000', '1e+06'],
    [999_999, '999999', '999999', '999999'],
    [1_234_567, '1234567', '1234567', '1.234567e+06'],
    [1e21, '1000000000000000000000', '1e+21', '1e+21'],
    [0.0001, '0.0001', '0.0001', '0.0001'],
    [0.00001, '0.00001', '0.00001', '1e-05'],
    [9.5e-7, '0.00000095', '9.5e-07', '9.5e-07'],
    [2 ** 53, '9007199254740992', '9007199254740992', '9.007199254740992e+15'],
    [2 ** 53 - 1, '9007199254740991', '9007199254740991', '9.007199254740991e+15'],
    [-123.456, '-123.456', '-123.456', '-123.456'],
    [0.1 + 0.2, '0.30000000000000004', '0.30000000000000004', '0.30000000000000004'],
    [5e-324, `0.${'0'.repeat(323)}5`, '5e-324', '5e-324'],
    [
      1.7976931348623157e308,
      `17976931348623157${'0'.repeat(292)}`,
      '1.7976931348623157e+308',
      '1.7976931348623157e+308',
    ],
  ];
  it('writes what Go writes', async () => {
    const texts = new FloatTexts(await createTestKernels());
    for (const [value, plain, api, shortest] of cases) {
      assert.equal(texts.text(value, floatForms.plain), plain);
      assert.equal(texts.text(value, floatForms.api), api);
      assert.equal(texts.text(value, floatForms.shortest), shortest);
    }
  });

  it('agrees with the plain formatters on 5000 random doubles in each form (seed 21)', async () => {
    assert.equal(checkFloatFormat(await createTestKernels(), 21, 5000), 5000);
  });

  it('agrees with them on every power of two and of ten', async () => {
    const texts = new FloatTexts(await createTestKernels());
    for (let e = -1074; e < 1024; e++) texts.check(2 ** e, `2^${e}`);
    for (let e = -323; e <= 308; e++) texts.check(Number(`1e${e}`), `1e${e}`);
  });
});
