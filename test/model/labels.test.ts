import assert from 'node:assert/strict';
import { Labels, LabelsBuilder, metricNameLabel, type NameValidationScheme } from '../../src/model/index.js';
import { casesOf, readCorpus, type Table, type TableText, textOf } from '../base/corpus-tables.js';

type Call = { readonly $call: string; readonly args: readonly TableText[] };
type TableLabels = Readonly<Record<string, TableText>> | Call | undefined;
interface Pair {
  readonly values: readonly [string, string];
}

/** "s254" and "s255" are upstream's names for texts of so many letters. */
function longText(text: string): string {
  const length = /^s(25[45])$/.exec(text)?.[1];
  return length === undefined ? text : 'x'.repeat(Number(length));
}

function labelsOf(value: TableLabels): Labels {
  if (value === undefined || '$type' in value) return Labels.empty;
  if ('$call' in value)
    return Labels.fromPairs(...(value as Call).args.map((text) => longText(textOf(text))));
  return Labels.fromPairs(...Object.entries(value).flatMap(([name, text]) => [name, textOf(text)]));
}

/** A text that upstream's test puts together. */
type Sum = string | { readonly l: Sum; readonly r: Sum };

function sumOf(sum: Sum): string {
  return typeof sum === 'string' ? longText(sum) : sumOf(sum.l) + sumOf(sum.r);
}

interface BuilderCase {
  readonly base?: TableLabels;
  readonly set?: readonly Pair[];
  readonly add?: readonly Pair[];
  readonly del?: readonly string[];
  readonly keep?: readonly string[];
  readonly want: TableLabels;
}

const sample = Labels.fromObject({ aaa: '111', bbb: '222' });
const alert = Labels.fromObject({
  __name__: 'ALERTS',
  alertname: 'HTTPRequestRateLow',
  alertstate: 'pending',
  instance: '0',
  job: 'app-server',
  severity: 'critical',
});

describe('labels', () => {
  const tables = readCorpus<Table<unknown>[]>('promqltest', 'parser', 'labels.json');

  it('print as upstream’s', function () {
    if (!tables) this.skip();
    const expected = casesOf<Sum>(tables, 'TestLabels_String');
    const inputs = casesOf<TableLabels>(tables, '', 'testCaseLabels');
    assert.deepEqual(
      inputs.map((labels) => `${labelsOf(labels)}`),
      expected.map(sumOf),
    );
  });

  it('compare, match and judge as upstream’s', function () {
    if (!tables) this.skip();
    for (const row of casesOf<{ compared: TableLabels; expected: boolean }>(tables, 'TestLabels_Equal')) {
      assert.equal(sample.equals(labelsOf(row.compared)), row.expected);
      assert.equal(sample.key() === labelsOf(row.compared).key(), row.expected);
      assert.equal(sample.hash() === labelsOf(row.compared).hash(), row.expected);
    }
    for (const row of casesOf<{ compared: TableLabels; expected: number }>(tables, 'TestLabels_Compare')) {
      assert.equal(Math.sign(sample.compare(labelsOf(row.compared))), Math.sign(row.expected));
      assert.equal(Math.sign(labelsOf(row.compared).compare(sample)), -Math.sign(row.expected) + 0);
    }
    for (const row of casesOf<{ input: string; expected: boolean }>(tables, 'TestLabels_Has')) {
      assert.equal(sample.has(row.input), row.expected);
    }
    type Match = { providedNames: string[]; on: boolean; expected: TableLabels };
    for (const { providedNames, on, expected } of casesOf<Match>(tables, 'TestLabels_MatchLabels')) {
      assert.equal(`${alert.matching(on, providedNames)}`, `${labelsOf(expected)}`);
    }
    type Validity = { input: TableLabels; callMode?: string; expected: boolean };
    for (const test of ['TestLabels_IsValid', 'TestLabels_ValidationModes']) {
      for (const { input, callMode, expected } of casesOf<Validity>(tables, test)) {
        const scheme: NameValidationScheme = callMode === 'model.UTF8Validation' ? 'utf8' : 'legacy';
        assert.equal(labelsOf(input).isValid(scheme), expected, JSON.stringify(input));
      }
    }
  });

  it('leave out empty values', function () {
    if (!tables) this.skip();
    for (const row of casesOf<{ input: TableLabels; expected: TableLabels }>(
      tables,
      'TestLabels_WithoutEmpty',
    )) {
      assert.equal(`${labelsOf(row.input)}`, `${labelsOf(row.expected)}`);
    }
  });

  it('never hold a name twice', function () {
    if (!tables) this.skip();
    for (const { Input } of casesOf<{ Input: TableLabels }>(tables, 'TestLabels_HasDuplicateLabelNames')) {
      const names = [...labelsOf(Input)].map(([name]) => name);
      assert.equal(new Set(names).size, names.length);
    }
    assert.equal(`${Labels.fromPairs('a', '1', 'a', '2')}`, '{a="2"}');
  });

  it('are built as upstream’s', function () {
    if (!tables) this.skip();
    for (const row of casesOf<BuilderCase>(tables, 'TestBuilder')) {
      const builder = new LabelsBuilder(labelsOf(row.base));
      for (const { values } of row.set ?? []) builder.set(...values);
      builder.delete(...(row.del ?? []));
      if (row.keep) builder.keep(...row.keep);
      assert.equal(`${builder.labels()}`, `${labelsOf(row.want)}`);
      for (const [name, value] of labelsOf(row.want)) assert.equal(builder.get(name), value);
    }
    for (const row of casesOf<BuilderCase>(tables, 'TestScratchBuilder')) {
      const pairs = (row.add ?? []).flatMap(({ values }) => values);
      assert.equal(`${Labels.fromPairs(...pairs)}`, `${labelsOf(row.want)}`);
    }
  });

  it('compare the scenarios upstream measures', function () {
    if (!tables) this.skip();
    type Scenario = { desc: string; base: TableLabels; other: TableLabels };
    for (const { desc, base, other } of casesOf<Scenario>(tables, '', 'comparisonBenchmarkScenarios')) {
      const areEqual = desc.includes('equal') && !desc.includes('not');
      assert.equal(labelsOf(base).equals(labelsOf(other)), areEqual, desc);
      assert.equal(labelsOf(base).compare(labelsOf(other)) === 0, areEqual, desc);
    }
    const pairs = casesOf<Pair>(tables, '', 'benchmarkLabels').flatMap(({ values }) => values);
    assert.equal(Labels.fromPairs(...pairs).size, 9);
  });

  it('have keys that no other set has', () => {
    const sets = [
      ['a', 'b'],
      ['a', '1:b'],
      ['a1', ':b'],
      ['a', 'b1:c1:d'],
      ['a', 'b', 'c', 'd'],
      ['1:a', 'b'],
      ['a', 'bc', 'd', 'e'],
    ];
    const keys = sets.map((pairs) => Labels.fromPairs(...pairs).key());
    assert.equal(new Set(keys).size, sets.length);
  });

  it('may have the names of object prototypes', () => {
    const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf'];
    const labels = Labels.fromPairs(...names.flatMap((name) => [name, `value of ${name}`]));
    for (const name of names) {
      assert.equal(labels.get(name), `value of ${name}`);
      assert.equal(labels.toObject()[name], `value of ${name}`);
      assert.equal(Labels.empty.get(name), '');
      assert.equal(new LabelsBuilder().get(name), '');
      assert.equal(new LabelsBuilder(labels).delete(name).get(name), '');
    }
    assert.equal(Object.keys(labels.toObject()).length, names.length);
    assert.equal(labels.matching(true, ['__proto__']).size, 1);
  });

  it('stand in the order of their UTF-8 bytes', () => {
    const labels = Labels.fromPairs('\u{1f600}', '1', '\uffff', '2', metricNameLabel, '3', 'Z', '4');
    assert.deepEqual(
      [...labels].map(([name]) => name),
      ['Z', metricNameLabel, '\uffff', '\u{1f600}'],
    );
  });

  it('hash as upstream’s string layout does', () => {
    const hashes: [Labels, bigint][] = [
      [Labels.empty, 0xef46db3751d8e999n],
      [Labels.fromPairs('a', 'b'), 0xe1d7c42746d86b11n],
      [
        Labels.fromPairs('__name__', 'up', 'instance', 'localhost:9090', 'job', 'prometheus'),
        0x70e9258041254325n,
      ],
      [Labels.fromPairs('é', '日本😀'), 0x38c4d96062be687en],
      [Labels.fromPairs('aaa', 'x'.repeat(254)), 0x2379ffc20059bca9n],
      [Labels.fromPairs('aaa', 'x'.repeat(255)), 0xa92045e05b93f5d1n],
      [Labels.fromPairs('aaa', 'x'.repeat(70_000)), 0x7f74f0b2b54e3f34n],
    ];
    for (const [labels, hash] of hashes) assert.equal(labels.hash(), hash);
  });

  it('change in the order they were set, behind what stands', () => {
    const builder = new LabelsBuilder(sample).set('ccc', '3').set('aaa', '1').set('abc', '2').delete('ccc');
    assert.deepEqual(builder.inOrderOfChange(), [
      ['bbb', '222'],
      ['aaa', '1'],
      ['abc', '2'],
    ]);
    assert.equal(builder.reset(sample).labels(), sample);
  });
});
