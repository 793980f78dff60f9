import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  checkRelabelRule,
  isLegacyLabelTemplate,
  Labels,
  LabelsBuilder,
  type NameValidationScheme,
  type RelabelRule,
  relabel,
} from '../../../src/model/index.js';
import { decodeYaml, list, relabelRule } from '../../../src/yaml/index.js';
import { sharedPath } from '../../support/shared.js';

function read<T>(name: string): T | undefined {
  const file = sharedPath('corpus', 'config', 'relabel', name);
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as T);
}

/** Rules as a configuration file writes them: JSON is YAML. */
function rulesOf(written: unknown): RelabelRule[] {
  const { value, problems } = decodeYaml(JSON.stringify(written), list(relabelRule()), 'rules');
  assert.deepEqual(problems, []);
  return value ?? [];
}

describe('relabel', () => {
  it('changes label sets as upstream’s table says', function () {
    const table = read<{
      cases: {
        input: Record<string, string>;
        relabel_configs: unknown;
        drop: boolean;
        output?: Record<string, string>;
      }[];
    }>('relabel.json');
    if (table === undefined) return this.skip();
    assert.ok(table.cases.length >= 34);
    for (const { input, relabel_configs: configs, drop, output } of table.cases) {
      const builder = new LabelsBuilder(Labels.fromObject(input));
      const kept = relabel(builder, rulesOf(configs), 'utf8');
      assert.equal(kept, !drop, JSON.stringify(configs));
      if (kept) assert.deepEqual({ ...builder.labels().toObject() }, output ?? {}, JSON.stringify(configs));
    }
  });

  it('refuses rules as upstream’s table says', function () {
    const table = read<{ cases: { config: Record<string, unknown>; expected: string }[] }>('validate.json');
    if (table === undefined) return this.skip();
    for (const { config, expected } of table.cases) {
      const { name_validation_scheme: scheme, ...written } = config;
      const isDefault = written.replacement === 'DefaultRelabelConfig.Replacement';
      const [rule] = rulesOf([isDefault ? { ...written, replacement: '$1' } : written]);
      assert.ok(rule);
      const given = written.action === undefined ? { ...rule, action: '' as const } : rule;
      const problem = checkRelabelRule(given, scheme as NameValidationScheme) ?? '';
      assert.equal(
        expected === '' ? problem === '' : problem.includes(expected),
        true,
        `${problem} | ${expected}`,
      );
    }
  });

  it('knows legacy targets with variables as upstream does', function () {
    const rows = read<{ str: string; valid: boolean }[]>('target-label-legacy-validity.json');
    if (rows === undefined) return this.skip();
    for (const { str, valid } of rows) assert.equal(isLegacyLabelTemplate(str), valid, str);
  });
});
