import { messageOf, quoteGo } from '../base/index.js';
import { isLabelName, isMetricName, type NameValidationScheme } from '../model/index.js';
import { type ParserOptions, parseExpr } from '../promql/index.js';
import { parseTemplate } from '../template/index.js';
import {
  type ConfigProblem,
  decodeYaml,
  duration,
  int,
  list,
  located,
  map,
  optional,
  type Place,
  type Schema,
  string,
  struct,
  upstreamMessage,
} from '../yaml/index.js';

/** `names` are those of the types that upstream's messages speak of. */
function fileSchema(names: { readonly file: string; readonly group: string; readonly rule: string }) {
  const rule = struct(
    {
      record: located(string()),
      alert: located(string()),
      expr: located(string()),
      for: duration(),
      keep_firing_for: duration(),
      labels: map(string()),
      annotations: map(string()),
    },
    { typeName: names.rule },
  );
  const group = struct(
    {
      name: located(string()),
      interval: duration(),
      query_offset: optional(duration()),
      limit: int(),
      rules: list(rule),
      labels: map(string()),
    },
    { typeName: names.group },
  );
  return struct({ groups: list(group) }, { typeName: names.file });
}

export type RuleFile = ReturnType<typeof fileSchema> extends Schema<infer T> ? T : never;
export type RuleGroup = RuleFile['groups'][number];
export type Rule = RuleGroup['rules'][number];

export interface RuleFileOptions {
  readonly text: string;
  /** Its name, for messages. */
  readonly file: string;
  readonly ignoresUnknownFields?: boolean;
  readonly scheme?: NameValidationScheme;
  /** What expressions may use. */
  readonly parser?: ParserOptions;
}

export interface RuleProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** Upstream's own words, with its places. */
  readonly upstreamText: string;
}

export interface ParsedRuleFile {
  /** Undefined where it could not be read. */
  readonly file: RuleFile | undefined;
  readonly problems: readonly RuleProblem[];
}

/** Reads and checks a file of rules; every problem is found in one run. Source: model/rulefmt/rulefmt.go. */
export function parseRuleFile(options: RuleFileOptions): ParsedRuleFile {
  const { text, file, ignoresUnknownFields = false } = options;
  const names = { file: 'rulefmt.RuleGroups', group: 'rulefmt.RuleGroup', rule: 'rulefmt.Rule' };
  const decoded = decodeYaml(text, fileSchema(names), file, {
    dialect: 'v3',
    ignoresUnknown: ignoresUnknownFields,
  });
  if (decoded.problems.length > 0)
    return { file: undefined, problems: readingProblems(decoded.problems, text, file) };
  return {
    file: decoded.value,
    problems: decoded.value === undefined ? [] : problemsOf(decoded.value, options),
  };
}

/** Upstream reads a file twice, the second time for the places of its values, and tells what each time found. */
function readingProblems(problems: readonly ConfigProblem[], text: string, file: string): RuleProblem[] {
  const names = { file: 'rulefmt.ruleGroups', group: 'rulefmt.RuleGroupNode', rule: 'rulefmt.RuleNode' };
  const places = decodeYaml(text, fileSchema(names), file, { dialect: 'v3', ignoresUnknown: true });
  // The texts of these may be of any kind there.
  const second = places.problems.filter(({ path }) => !/\.rules\[\d+\]\.(?:record|alert|expr)$/.test(path));
  return [problems, second].flatMap((found) => {
    const upstreamText = upstreamMessage(found);
    if (upstreamText === undefined) return [];
    const [{ line, column, message } = { line: 0, column: 0, message: upstreamText }] = found;
    return [{ line, column, message, upstreamText }];
  });
}

function problemsOf({ groups }: RuleFile, options: RuleFileOptions): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const seen = new Set<string>();
  const scheme = options.scheme ?? 'utf8';
  for (const group of groups) {
    const { value: name, place } = group.name;
    // Upstream does not know where a group stands.
    const add = (message: string, before = '0:0: '): void => {
      problems.push({ line: place.line, column: place.column, message, upstreamText: before + message });
    };
    if (name === '') add('Groupname must not be empty');
    if (seen.has(name)) add(`groupname: "${name}" is repeated in the same file`);
    for (const text of labelProblems(group.labels, scheme)) add(text, '');
    seen.add(name);
    for (const [i, rule] of group.rules.entries()) {
      const inRule = `group ${quoteGo(name)}, rule ${i + 1}, ${quoteGo(rule.alert.value || rule.record.value)}: `;
      for (const { message, places } of ruleProblems(rule, scheme, options.parser)) {
        const shown = places.map(({ line, column }) => `${line}:${column}: `).join('');
        const found = [...places, rule.expr.place, place].find(({ line }) => line > 0) ?? place;
        const { line, column } = found;
        problems.push({ line, column, message: inRule + message, upstreamText: shown + inRule + message });
      }
    }
  }
  return problems;
}

function labelProblems(labels: ReadonlyMap<string, string>, scheme: NameValidationScheme): string[] {
  return [...labels].flatMap(([name, value]) => [
    ...(isLabelName(name, scheme) && name !== '__name__' ? [] : [`invalid label name: ${name}`]),
    ...(value.isWellFormed() ? [] : [`invalid label value: ${value}`]),
  ]);
}

interface Found {
  readonly message: string;
  readonly places: readonly Place[];
}

function ruleProblems(rule: Rule, scheme: NameValidationScheme, parser?: ParserOptions): Found[] {
  const { record, alert, expr } = rule;
  const found: Found[] = [];
  const both = [record.place, alert.place];
  if (record.value !== '' && alert.value !== '')
    found.push({ message: "only one of 'record' and 'alert' must be set", places: both });
  if (record.value === '' && alert.value === '')
    found.push({ message: "one of 'record' or 'alert' must be set", places: both });
  const problem =
    expr.value === '' ? "field 'expr' must be set in rule" : expressionProblem(expr.value, parser);
  if (problem !== undefined) found.push({ message: problem, places: [expr.place] });
  if (record.value !== '')
    for (const message of recordProblems(rule, scheme)) found.push({ message, places: [record.place] });
  const texts = [
    ...labelProblems(rule.labels, scheme),
    ...[...rule.annotations.keys()]
      .filter((name) => !isLabelName(name, scheme))
      .map((name) => `invalid annotation name: ${name}`),
    ...(alert.value === '' ? [] : templateProblems(rule)),
  ];
  for (const message of texts) found.push({ message, places: [] });
  return found;
}

function expressionProblem(text: string, parser: ParserOptions | undefined): string | undefined {
  try {
    parseExpr(text, parser);
    return undefined;
  } catch (error) {
    return `could not parse expression: ${messageOf(error)}`;
  }
}

function recordProblems(rule: Rule, scheme: NameValidationScheme): string[] {
  const { value: name } = rule.record;
  const invalid = (field: string): string => `invalid field '${field}' in recording rule`;
  return [
    ...(rule.annotations.size > 0 ? [invalid('annotations')] : []),
    ...(rule.for !== 0 ? [invalid('for')] : []),
    ...(rule.keepFiringFor !== 0 ? [invalid('keep_firing_for')] : []),
    ...(isMetricName(name, scheme) ? [] : [`invalid recording rule name: ${name}`]),
    ...(/[{}]/.test(name)
      ? [`braces present in the recording rule name; should it be in expr?: ${name}`]
      : []),
  ];
}

/** What the texts of an alert begin with. */
const definitions =
  '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}';

function templateProblems({ alert, labels, annotations }: Rule): string[] {
  const problemsIn = (kind: string, texts: ReadonlyMap<string, string>): string[] =>
    [...texts].flatMap(([name, text]) => {
      try {
        parseTemplate(`__alert_${alert.value}`, definitions + text);
        return [];
      } catch (error) {
        return [`${kind} ${quoteGo(name)}: ${messageOf(error)}`];
      }
    });
  return [...problemsIn('label', labels), ...problemsIn('annotation', annotations)];
}
