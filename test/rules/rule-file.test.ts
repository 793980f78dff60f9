import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { duplicateRules, parseRuleFile } from '../../src/rules/index.js';
import { sharedPath } from '../support/shared.js';

function problemsOf(text: string, scheme: 'utf8' | 'legacy' = 'utf8'): string[] {
  return parseRuleFile({ text, file: 'r.yml', scheme }).problems.map(({ upstreamText }) => upstreamText);
}

interface CliRow {
  readonly id: string;
  readonly args: readonly string[];
  readonly stderr: string;
}

describe('rule files', () => {
  it('fail as upstream’s bad ones do', function () {
    const folder = sharedPath('corpus', 'config', 'rulefmt');
    if (folder === undefined) return this.skip();
    const { cases } = JSON.parse(readFileSync(path.join(folder, 'bad-rules.json'), 'utf8')) as {
      cases: { filename: string; errMsg: string; nameValidationScheme?: string }[];
    };
    assert.equal(cases.length, 11);
    for (const { filename, errMsg, nameValidationScheme } of cases) {
      const scheme = nameValidationScheme === undefined ? 'utf8' : 'legacy';
      const text = readFileSync(path.join(folder, 'testdata', filename), 'utf8');
      const [first = ''] = problemsOf(text, scheme);
      assert.ok(first.includes(errMsg), `${filename}: ${first}`);
    }
  });

  it('have templates that parse, or not, as upstream’s', function () {
    const file = sharedPath('corpus', 'config', 'rulefmt', 'template-parsing.json');
    if (file === undefined) return this.skip();
    const rows = JSON.parse(readFileSync(file, 'utf8')) as { ruleString: string; shouldPass: boolean }[];
    assert.equal(rows.length, 5);
    for (const { ruleString, shouldPass } of rows)
      assert.equal(problemsOf(ruleString).length === 0, shouldPass, ruleString);
  });

  it('are said of what promtool 3.14.0 says', function () {
    const folder = sharedPath('corpus', 'api', 'promtool');
    if (folder === undefined) return this.skip();
    const rows = readFileSync(path.join(folder, 'cli.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as CliRow)
      .filter(
        ({ args: [check, rules], stderr }) =>
          check === 'check' && rules === 'rules' && /FAILED:\n/.test(stderr),
      );
    let compared = 0;
    for (const { args, stderr } of rows) {
      const name = args.at(-1) as string;
      const file = fileOf(folder, name);
      if (file === undefined || args.some((arg) => arg.startsWith('--'))) continue;
      const { problems, file: parsed } = parseRuleFile({ text: readFileSync(file, 'utf8'), file: name });
      const said = problems.map(({ upstreamText }) => `${name}: ${upstreamText}`);
      const duplicates = parsed === undefined || said.length > 0 ? [] : duplicateRules(parsed);
      const shown = duplicates.map(({ metric, labels }) => {
        const lines = [...labels].map(([label, value]) => `\t${label}: ${value}\n`);
        return `Metric: ${metric}\nLabel(s):\n${lines.join('')}`;
      });
      if (shown.length > 0)
        said.push(
          `lint error ${shown.length} duplicate rule(s) found.\n${shown.join('')}Might cause inconsistency while recording expressions`,
        );
      const want = stderr.replace(/^time=.*\n/gm, '').replace('  FAILED:\n', '');
      assert.equal(`${said.join('\n')}\n`, want, name);
      compared++;
    }
    assert.ok(compared >= 16, `${compared} compared`);
  });

  const cases: readonly (readonly [what: string, text: string, problems: readonly string[]])[] = [
    ['nothing', '', []],
    [
      'a list at the top, told for both readings',
      '- a',
      [
        'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into rulefmt.RuleGroups',
        'yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into rulefmt.ruleGroups',
      ],
    ],
    [
      'a rule that is a text',
      'groups:\n- name: a\n  rules: [x]',
      [
        'yaml: unmarshal errors:\n  line 3: cannot unmarshal !!str `x` into rulefmt.Rule',
        'yaml: unmarshal errors:\n  line 3: cannot unmarshal !!str `x` into rulefmt.RuleNode',
      ],
    ],
    [
      'an expression that is a list, which the second reading takes',
      'groups:\n- name: a\n  rules: [{record: x, expr: [1]}]',
      ['yaml: unmarshal errors:\n  line 3: cannot unmarshal !!seq into string'],
    ],
    [
      'a key twice, in whose mapping nothing else is looked at',
      'groups:\n- name: a\n  name: b\n  labels: {x: a, x: b}\n- name: c\n  labels: {x: a, x: b}',
      Array.from(
        { length: 2 },
        () =>
          'yaml: unmarshal errors:\n  line 3: mapping key "name" already defined at line 2\n' +
          '  line 6: mapping key "x" already defined at line 6',
      ),
    ],
    [
      'a duration that is none',
      'groups:\n- name: a\n  interval: 5x',
      Array.from({ length: 2 }, () => 'unknown unit "x" in duration "5x"'),
    ],
    [
      'all that can be wrong in a rule, at once',
      'groups:\n- name: g\n  rules:\n  - {record: "a{", expr: "sum(", for: 1m, keep_firing_for: 1m, labels: {__name__: x}, annotations: {"": x}}',
      [
        '4:26: group "g", rule 1, "a{": could not parse expression: 1:5: parse error: unclosed left parenthesis',
        '4:14: group "g", rule 1, "a{": invalid field \'annotations\' in recording rule',
        '4:14: group "g", rule 1, "a{": invalid field \'for\' in recording rule',
        '4:14: group "g", rule 1, "a{": invalid field \'keep_firing_for\' in recording rule',
        '4:14: group "g", rule 1, "a{": braces present in the recording rule name; should it be in expr?: a{',
        'group "g", rule 1, "a{": invalid label name: __name__',
        'group "g", rule 1, "a{": invalid annotation name: ',
      ],
    ],
  ];
  for (const [what, text, problems] of cases)
    it(`of ${what}`, () => assert.deepEqual(problemsOf(text), problems));
});

function fileOf(folder: string, name: string): string | undefined {
  if (name.startsWith('files/')) return path.join(folder, name);
  const config = path.join(folder, '..', '..', 'config');
  if (name.startsWith('promtool/')) return path.join(config, 'promtool', 'testdata', name.slice(9));
  if (name.startsWith('rulefmt/')) return path.join(config, 'rulefmt', 'testdata', name.slice(8));
  return undefined;
}
