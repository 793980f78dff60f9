// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates are Go’s, not JS ones.
import assert from 'node:assert/strict';
import {
  checkRelabelRule,
  compileRelabelRegexp,
  defaultReplacement,
  defaultSeparator,
  isLegacyLabelTemplate,
  Labels,
  LabelsBuilder,
  type NameValidationScheme,
  type RelabelAction,
  type RelabelRule,
  relabel,
  relabelLabels,
} from '../../../src/model/index.js';
import { readCorpus } from '../../base/corpus-tables.js';

interface RuleFields {
  readonly source_labels?: readonly string[];
  readonly separator?: string;
  readonly regex?: string;
  readonly modulus?: number;
  readonly target_label?: string;
  readonly replacement?: string;
  readonly action?: RelabelAction | '';
}

function ruleOf(fields: RuleFields): RelabelRule {
  return {
    sourceLabels: fields.source_labels,
    separator: fields.separator ?? defaultSeparator,
    regex: fields.regex === undefined ? undefined : compileRelabelRegexp(fields.regex),
    modulus: BigInt(fields.modulus ?? 0),
    targetLabel: fields.target_label ?? '',
    replacement: fields.replacement ?? defaultReplacement,
    action: fields.action ?? 'replace',
  };
}

interface RelabelCase {
  readonly input: Record<string, string>;
  readonly relabel_configs: readonly RuleFields[];
  readonly drop: boolean;
  readonly output?: Record<string, string>;
}
interface ValidateCase {
  readonly config: RuleFields & { readonly name_validation_scheme: NameValidationScheme };
  readonly expected: string;
}

/** Rule and upstream's whole text for what is wrong with it. */
const wrong: readonly (readonly [RuleFields, string])[] = [
  [{ action: '' }, 'relabel action cannot be empty'],
  [{ action: 'hashmod' }, 'relabel configuration for hashmod requires non-zero modulus'],
  [{ action: 'replace' }, "relabel configuration for replace action requires 'target_label' value"],
  [
    { action: 'keepequal', target_label: 'a', regex: 'x' },
    "keepequal action requires only 'source_labels' and `target_label`, and no other fields",
  ],
  [
    { action: 'dropequal', target_label: 'a', regex: '(.*)' },
    "dropequal action requires only 'source_labels' and `target_label`, and no other fields",
  ],
  [{ action: 'labeldrop', source_labels: [] }, "labeldrop action requires only 'regex', and no other fields"],
  [
    { action: 'uppercase', target_label: 'a', replacement: 'x' },
    "'replacement' can not be set for uppercase action",
  ],
  [{ action: 'labelmap', replacement: '' }, '"" is invalid \'replacement\' for labelmap action'],
];

function outcomeOf(labels: Labels, ...rules: RuleFields[]): string {
  return `${relabelLabels(labels, rules.map(ruleOf), 'utf8') ?? 'dropped'}`;
}

describe('relabelling', () => {
  it('does to every case of upstream’s what upstream does', function () {
    const table = readCorpus<{ cases: RelabelCase[] }>('config', 'relabel', 'relabel.json');
    if (!table) this.skip();
    assert.ok(table.cases.length > 30);
    for (const row of table.cases) {
      const input = Labels.fromObject(row.input);
      const rules = row.relabel_configs.map(ruleOf);
      for (const rule of rules) assert.equal(checkRelabelRule(rule, 'utf8'), undefined, JSON.stringify(row));
      const output = relabelLabels(input, rules, 'utf8');
      assert.equal(output === undefined, row.drop, JSON.stringify(row));
      if (!row.drop) assert.equal(`${output}`, `${Labels.fromObject(row.output ?? {})}`, JSON.stringify(row));
      assert.equal(relabel(new LabelsBuilder(input), rules, 'utf8'), !row.drop);
    }
  });

  it('refuses rules as upstream does', function () {
    const table = readCorpus<{ cases: ValidateCase[] }>('config', 'relabel', 'validate.json');
    if (!table) this.skip();
    for (const { config, expected } of table.cases) {
      const isDefault = config.replacement === 'DefaultRelabelConfig.Replacement';
      const replacement = isDefault ? defaultReplacement : (config.replacement ?? '');
      const rule = ruleOf({ separator: '', action: '', ...config, replacement });
      const problem = checkRelabelRule(rule, config.name_validation_scheme);
      if (expected === '') assert.equal(problem, undefined, JSON.stringify(config));
      else assert.ok(problem?.includes(expected), `${problem} for ${JSON.stringify(config)}`);
    }
  });

  it('knows legacy targets as upstream does', function () {
    const rows = readCorpus<{ str: string; valid: boolean }[]>(
      'config',
      'relabel',
      'target-label-legacy-validity.json',
    );
    if (!rows) this.skip();
    for (const { str, valid } of rows) assert.equal(isLegacyLabelTemplate(str), valid, str);
  });

  for (const [fields, text] of wrong) {
    it(`says: ${text}`, () => assert.equal(checkRelabelRule(ruleOf(fields), 'utf8'), text));
  }

  it('takes the last of two names that map to one, in the order of their change', () => {
    const labels = Labels.fromObject({ a1: 'first', a2: 'second' });
    const map: RuleFields = { action: 'labelmap', regex: 'a.', replacement: 'b' };
    assert.equal(outcomeOf(labels, map), '{a1="first", a2="second", b="second"}');
    const again: RuleFields = { target_label: 'a1', replacement: 'changed' };
    assert.equal(outcomeOf(labels, again, map), '{a1="changed", a2="second", b="changed"}');
  });

  it('changes case one code point at a time', () => {
    const labels = Labels.fromObject({ a: 'ßᾀŉΣİk' });
    assert.equal(
      outcomeOf(labels, { source_labels: ['a'], target_label: 'a', action: 'uppercase' }),
      '{a="ßᾈŉΣİK"}',
    );
    assert.equal(
      outcomeOf(labels, { source_labels: ['a'], target_label: 'a', action: 'lowercase' }),
      '{a="ßᾀŉσik"}',
    );
  });

  it('treats names of object prototypes as names', () => {
    const labels = Labels.fromPairs('__proto__', 'x', 'constructor', 'y');
    assert.equal(outcomeOf(labels, { action: 'labeldrop', regex: '__.*' }), '{constructor="y"}');
    const copy: RuleFields = { source_labels: ['toString', '__proto__'], target_label: 'valueOf' };
    assert.equal(outcomeOf(labels, copy), '{__proto__="x", constructor="y", valueOf=";x"}');
    assert.equal(
      outcomeOf(labels, { action: 'keep', source_labels: ['hasOwnProperty'], regex: '.+' }),
      'dropped',
    );
  });

  it('hashes modulo up to 64 bits', () => {
    const rule = {
      ...ruleOf({ action: 'hashmod', source_labels: ['a'], target_label: 'h' }),
      modulus: 2n ** 64n - 1n,
    };
    const labels = relabelLabels(Labels.fromObject({ a: 'foo' }), [rule], 'utf8');
    assert.match(labels?.get('h') ?? '', /^[0-9]{18,20}$/);
  });
});
