import assert from 'node:assert/strict';
import { seededRandom } from '../../src/base/index.js';
import { floatColumn, floatStatus, readFloat } from '../../src/exposition/read-float.js';

const column = floatColumn(1);

function read(text: string): number | string {
  const bytes = Buffer.from(` ${text} `, 'latin1');
  const status = readFloat(bytes, 1, bytes.length - 1, column, 0);
  if (status === floatStatus.ok) return column.values[0] as number;
  return status === floatStatus.syntax ? 'syntax' : status === floatStatus.range ? 'range' : 'unsupported';
}

describe('readFloat', () => {
  const cases: readonly [string, number | string][] = [
    ['0', 0],
    ['-0', -0],
    ['+1', 1],
    ['1.', 1],
    ['.5', 0.5],
    ['.', 'syntax'],
    ['', 'syntax'],
    ['-', 'syntax'],
    ['1e', 'syntax'],
    ['1e+', 'syntax'],
    ['1e5x', 'syntax'],
    ['1 2', 'syntax'],
    ['00012.500', 12.5],
    ['9007199254740993', 9007199254740992],
    ['9007199254740993.0000001', 9007199254740994],
    ['1e22', 1e22],
    ['1e23', 1e23],
    ['123456789012345678901234567890', 1.2345678901234568e29],
    ['4.9e-324', 5e-324],
    ['1e-400', 0],
    ['0e99999999999', 0],
    ['1e99999999999', 'range'],
    ['-1e309', 'range'],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['NaN', Number.NaN],
    ['nAn', Number.NaN],
    ['+NaN', 'syntax'],
    ['inf', Number.POSITIVE_INFINITY],
    ['+Inf', Number.POSITIVE_INFINITY],
    ['-INFINITY', Number.NEGATIVE_INFINITY],
    ['infinit', 'syntax'],
    ['0x10', 'syntax'],
    ['0x1p4', 'unsupported'],
    ['1_0', 'unsupported'],
    ['1_P', 'unsupported'],
    ['1\xe9', 'syntax'],
  ];
  for (const [text, expected] of cases) {
    it(`reads ${JSON.stringify(text)} as ${Object.is(expected, -0) ? '-0' : expected}`, () => {
      assert.ok(Object.is(read(text), expected), String(read(text)));
    });
  }

  it('rounds as the runtime does', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 50_000; round++) {
      const digits = 1 + (random.uint32() % 20);
      let text = '';
      for (let i = 0; i < digits; i++) text += String(random.uint32() % 10);
      const point = random.uint32() % (digits + 1);
      text = `${text.slice(0, point)}.${text.slice(point)}`;
      if (random.uint32() % 2 === 0) text += `e${(random.uint32() % 80) - 40}`;
      assert.ok(Object.is(read(text), Number(text)), text);
    }
  });
});
