import assert from 'node:assert/strict';
import { decodeYaml, map, string, writeYaml } from '../../src/yaml/index.js';

describe('writeYaml', () => {
  it('writes as upstream does', () => {
    const text = writeYaml(
      new Map<string, Parameters<typeof writeYaml>[0] extends ReadonlyMap<string, infer V> ? V : never>([
        ['name', 'a b'],
        ['truth', 'yes'],
        ['number', '010'],
        ['empty', ''],
        ['list', ['x', 'y: z']],
        ['flow', { flow: ['a', 'b'] }],
        ['nested', [new Map([['k', 1]]), new Map([['k', 2]])]],
        ['none', new Map()],
      ]),
    );
    assert.equal(
      text,
      [
        'name: a b',
        'truth: "yes"',
        'number: "010"',
        'empty: ""',
        'list:',
        '- x',
        "- 'y: z'",
        'flow: [a, b]',
        'nested:',
        '- k: 1',
        '- k: 2',
        'none: {}',
        '',
      ].join('\n'),
    );
  });

  for (const value of [
    'a',
    ' a',
    'a ',
    '- x',
    '#x',
    'a #b',
    'a: b',
    "it's",
    '"',
    '\\',
    'x\ny',
    'x\n',
    '\u0000',
    'é',
    '*x',
    '%a',
    '@a',
    '{',
    '0x1',
    '~',
    '.5',
  ]) {
    it(`writes ${JSON.stringify(value)} so that it is read back`, () => {
      const { value: read, problems } = decodeYaml(writeYaml(new Map([['k', value]])), map(string()), 'f');
      assert.deepEqual(problems, []);
      assert.equal(read?.get('k'), value);
    });
  }
});
