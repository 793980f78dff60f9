import assert from 'node:assert/strict';
import {
  bool,
  decodeYaml,
  duration,
  float,
  int,
  list,
  map,
  optional,
  raw,
  type Schema,
  size,
  string,
  struct,
  uint,
  upstreamMessage,
} from '../../src/yaml/index.js';

function decode<T>(schema: Schema<T>, text: string) {
  return decodeYaml(text, schema, 'f.yml');
}

describe('decodeYaml', () => {
  const scalars: readonly [name: string, schema: Schema<unknown>, text: string, value: unknown][] = [
    ['a text keeps yes', string(), 'yes', 'yes'],
    ['a text keeps 010', string(), '010', '010'],
    ['a text keeps 1.0', string(), '1.0', '1.0'],
    ['a quoted null is a text', string(), '"null"', 'null'],
    ['null is the empty text', string(), '~', ''],
    ['a binary scalar is decoded', string(), '!!binary aGk=', 'hi'],
    ['yes is true', bool(), 'yes', true],
    ['off is false', bool(), 'OFF', false],
    ['010 is octal', int(), '010', 8],
    ['0x1F is hexadecimal', int(), '0x1F', 31],
    ['1_000 is a thousand', uint(), '1_000', 1000],
    ['a whole float is an integer', int(), '2.9', 2],
    ['.inf is infinite', float(), '.inf', Number.POSITIVE_INFINITY],
    ['an integer is a float', float(), '3', 3],
    ['a duration is milliseconds', duration(), '1h30m', 5_400_000],
    ['0 is a duration', duration(), '0', 0],
    ['sizes are in powers of 1024', size(), '512MB', 512 * 2 ** 20],
    ['MiB and MB are the same', size(), '512MiB', 512 * 2 ** 20],
  ];
  for (const [name, schema, text, value] of scalars) {
    it(name, () => {
      const decoded = decode(schema, text);
      assert.deepEqual(decoded.problems, []);
      assert.deepEqual(decoded.value, value);
    });
  }

  const failures: readonly [text: string, schema: Schema<unknown>, upstream: string][] = [
    ['a: maybe', map(bool()), 'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `maybe` into bool'],
    ['a: "1"', map(int()), 'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `1` into int'],
    [
      'localhost:9090',
      list(string()),
      'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `localho...` into []string',
    ],
    ['a: 1\na: 2', map(int()), 'yaml: unmarshal errors:\n  line 2: key "a" already set in map'],
    ['a: 15 seconds', map(duration()), 'unknown unit " seconds" in duration "15 seconds"'],
    ['a: 100', map(size()), 'units: unknown unit  in 100'],
    ['a:\n\tb: 1', map(raw()), 'yaml: line 2: found character that cannot start any token'],
    ['a: *nowhere', map(raw()), "yaml: unknown anchor 'nowhere' referenced"],
    ['a: &x [*x]', map(raw()), "yaml: anchor 'x' value contains itself"],
    ['a: !!binary "%"', map(string()), 'yaml: !!binary value contains invalid base64 data'],
  ];
  for (const [text, schema, upstream] of failures) {
    it(`says what upstream says of ${JSON.stringify(text)}`, () => {
      assert.equal(upstreamMessage(decode(schema, text).problems), upstream);
    });
  }

  it('merges mappings, own keys first', () => {
    const schema = map(map(string()));
    const { value } = decode(schema, 'base: &b {x: "1", y: "2"}\nuse:\n  <<: *b\n  y: "3"');
    assert.deepEqual(
      [...(value?.get('use') ?? [])],
      [
        ['y', '3'],
        ['x', '1'],
      ],
    );
  });

  it('names unknown and repeated keys of a struct with their lines', () => {
    const schema = struct({ name: string(), items: optional(list(int())) }, { typeName: 'config.plain' });
    const { problems } = decode(schema, 'name: a\nitms: []\nname: b');
    assert.deepEqual(
      problems.map(({ message, upstreamText }) => [message, upstreamText]),
      [
        ['unknown key "itms", did you mean "items"?', 'line 2: field itms not found in type config.plain'],
        ['key "name" is set twice', 'line 3: field name already set in type config.plain'],
      ],
    );
  });

  const hostile: readonly [name: string, text: string][] = [
    ['a hundred thousand open brackets', '['.repeat(100_000)],
    ['nested dashes', '- '.repeat(10_000)],
    ['a billion laughs', laughs(9)],
    ['more than 16 MiB', 'x'.repeat(16 * 2 ** 20 + 1)],
  ];
  for (const [name, text] of hostile) {
    it(`refuses ${name}`, () => {
      const { problems } = decode(raw(), text);
      assert.equal(problems[0]?.kind, 'syntax');
    });
  }

  it('reads nothing of further documents', () => {
    assert.equal(decode(map(int()), 'a: 1\n---\nb: 2').value?.size, 1);
  });
});

function laughs(levels: number): string {
  const lines = ['a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol]'];
  for (let i = 1; i <= levels; i++) {
    lines.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(',')}]`);
  }
  return lines.join('\n');
}
