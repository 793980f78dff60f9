import { parseDuration, unquoteGo } from '../base/index.js';
import { ParseError, type ParserOptions, parseExpr, parseNumber } from '../promql/index.js';
import { parseExpectation, parseOldExpectation } from './parse-expectation.js';
import { parseSeries, placed } from './parse-series.js';
import type { EvalCommand, Expectation, ExpectedSeries } from './script.js';
import type { ScriptLines } from './script-lines.js';

/** What queries in scripts may use. Source: promqltest.TestParserOpts. */
export const scriptParserOptions: ParserOptions = {
  experimentalFunctions: true,
  extendedRangeSelectors: true,
  fillModifiers: true,
};

const blank = String.raw`[\t\f\r ]+`;
const instantLine = new RegExp(
  `^eval(?:_(fail|warn|ordered|info))?${blank}instant${blank}(?:at${blank}(.+?))?${blank}(.+)$`,
  's',
);
const rangeLine = new RegExp(
  `^eval(?:_(fail|warn|info))?${blank}range${blank}from${blank}(.+)${blank}to${blank}(.+)${blank}step${blank}(.+?)${blank}(.+)$`,
  's',
);
const rangeVectorPrefix = 'expect range vector';
const rangeVectorLine = new RegExp(
  `^${rangeVectorPrefix}${blank}from${blank}(.+)${blank}to${blank}(.+)${blank}step${blank}(.+)$`,
  's',
);
const stringPrefix = 'expect string';

type Draft = { -readonly [K in keyof EvalCommand]: EvalCommand[K] } & {
  expectations: Expectation[];
  series: Map<string, ExpectedSeries>;
};

/** `line` is the command's, which was read from `lines`; what is expected follows. */
export function parseEvaluation(line: string, lines: ScriptLines): EvalCommand {
  const command = parseHead(line, lines);
  let position = 1;
  for (let each = lines.nextOfCommand(); each !== undefined; each = lines.nextOfCommand()) {
    const kind = parseExpected(command, each, { lines, position });
    if (kind === 'last') break;
    if (kind === 'series') position++;
  }
  return command;
}

function parseHead(line: string, lines: ScriptLines): Draft {
  const instant = instantLine.exec(line);
  const range = instant === null ? rangeLine.exec(line) : null;
  const found = instant ?? range;
  if (found === null) {
    throw lines.error(
      "invalid evaluation command. Must be either 'eval[_fail|_warn|_ordered] instant [at <offset:duration>] <query>' " +
        "or 'eval[_fail|_warn] range from <from> to <to> step <step> <query>'",
    );
  }
  const query = found.at(-1) as string;
  checkQuery(query, line, lines);
  const [, modifier] = found;
  const draft: Draft = {
    kind: 'eval',
    line: lines.number,
    query,
    isRange: range !== null,
    startMs: 0,
    endMs: 0,
    stepMs: 0,
    timeMs: 0,
    isOrdered: modifier === 'ordered',
    expectations: [],
    series: new Map(),
    scalar: undefined,
    text: '',
    isInstantOnly: false,
  };
  if (modifier === 'fail' || modifier === 'warn' || modifier === 'info') {
    draft.expectations.push({ subject: modifier, text: undefined, matches: () => true });
  }
  if (range !== null) Object.assign(draft, parseTimes(range.slice(2, 5) as unknown as Texts, lines));
  else draft.startMs = draft.endMs = draft.timeMs = durationOf(found[2] ?? '', 'timestamp', lines);
  return draft;
}

function checkQuery(query: string, line: string, lines: ScriptLines): void {
  try {
    parseExpr(query, scriptParserOptions);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw placed(error, lines, line.lastIndexOf(query));
  }
}

type Texts = readonly [from: string, to: string, step: string];

function parseTimes(
  [from, to, step]: Texts,
  lines: ScriptLines,
): { startMs: number; endMs: number; stepMs: number } {
  const startMs = durationOf(from, 'start timestamp', lines);
  const endMs = durationOf(to, 'end timestamp', lines);
  if (endMs < startMs) {
    throw lines.error(`invalid test definition, end timestamp (${to}) is before start timestamp (${from})`);
  }
  return { startMs, endMs, stepMs: durationOf(step, 'step', lines) };
}

function durationOf(text: string, what: string, lines: ScriptLines): number {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw lines.error(`invalid ${what} definition ${JSON.stringify(text)}: ${parsed.error}`);
  return parsed.ms;
}

/** What a line said; behind `last` the command ends. */
type Kind = 'series' | 'expectation' | 'last';

function parseExpected(
  command: Draft,
  line: string,
  { lines, position }: { lines: ScriptLines; position: number },
): Kind {
  const failure = command.expectations.findIndex(
    ({ subject, text }) => subject === 'fail' && text === undefined,
  );
  if (failure >= 0 && line.startsWith('expected_fail_')) {
    const old = parseOldExpectation(line, lines);
    if (old !== undefined) {
      command.expectations[failure] = old;
      return 'last';
    }
  }
  if (line.startsWith(rangeVectorPrefix)) {
    const found = rangeVectorLine.exec(line);
    if (found === null) throw lines.error(`invalid range vector definition ${JSON.stringify(line)}`);
    Object.assign(command, parseTimes(found.slice(1, 4) as unknown as Texts, lines));
    command.timeMs = command.endMs;
    command.isInstantOnly = true;
    return 'series';
  }
  if (line.startsWith(stringPrefix)) {
    command.text = parseString(line, lines);
    command.isInstantOnly = true;
    return 'series';
  }
  if (line.split(' ', 1)[0] === 'expect') {
    const expectation = parseExpectation(line, lines);
    if (expectation === 'ordered') command.isOrdered = true;
    else command.expectations.push(expectation);
    checkExpectations(command.expectations, lines);
    return 'expectation';
  }
  const number = parseNumber(line);
  if (number.ok) {
    command.scalar = number.value;
    return 'last';
  }
  const { labels, values } = parseSeries(line, lines);
  if (values.length > 1 && !command.isRange && !line.startsWith('expect') && command.stepMs === 0) {
    throw lines.error(
      'expecting multiple values in instant evaluation not allowed. ' +
        "consider using 'expect range vector' directive to enable a range vector result for an instant query",
    );
  }
  command.scalar = undefined;
  command.series.set(labels.key(), { labels, values, position });
  return 'series';
}

function parseString(line: string, lines: ScriptLines): string {
  const literal = line.slice(stringPrefix.length + 1);
  if (literal === '') {
    throw lines.error('expected string literal not valid - a quoted string literal is required');
  }
  const text = unquoteGo(literal);
  if (text === undefined) {
    throw lines.error('expected string literal not valid - check that the string is correctly quoted');
  }
  return text;
}

function checkExpectations(expectations: readonly Expectation[], lines: ScriptLines): void {
  const has = (subject: string): boolean => expectations.some((each) => each.subject === subject);
  for (const level of ['info', 'warn']) {
    if (has(level) && has(`no_${level}`)) {
      throw lines.error(`invalid expect lines, ${level} and no_${level} cannot be used together`);
    }
  }
  if (expectations.filter(({ subject }) => subject === 'fail').length > 1) {
    throw lines.error('invalid expect lines, multiple expect fail lines are not allowed');
  }
}
