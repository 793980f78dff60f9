/** The language of query test scripts. Source: promql/promqltest/test.go. */
import { parseDuration } from '../../../src/base/index.js';
import type { Labels } from '../../../src/model/index.js';
import { parseMetric } from '../../../src/promql/parser/index.js';
import { parseNumber, parseSequence, type SequenceValue, splitSeries } from './series-notation.js';
import { parseStartTimes } from './start-time-notation.js';

export interface LoadCommand {
  readonly kind: 'load';
  readonly stepMs: number;
  readonly withNhcb: boolean;
  readonly series: readonly LoadedSeries[];
}

export interface LoadedSeries {
  readonly labels: Labels;
  readonly values: readonly SequenceValue[];
  /** Offsets from the sample's time, ms. */
  readonly startOffsets: readonly (number | undefined)[] | undefined;
}

export type ExpectKind = 'fail' | 'warn' | 'no_warn' | 'info' | 'no_info';

/** Without a text, anything matches. */
export interface Expectation {
  readonly kind: ExpectKind;
  readonly matches: (text: string) => boolean;
}

export interface EvalCommand {
  readonly kind: 'eval';
  readonly line: number;
  readonly query: string;
  readonly isRange: boolean;
  startMs: number;
  endMs: number;
  stepMs: number;
  readonly evalMs: number;
  ordered: boolean;
  readonly expectations: Expectation[];
  readonly expected: { readonly labels: Labels; readonly values: readonly SequenceValue[] }[];
  scalar: number | undefined;
  text: string | undefined;
  /** The result is a range vector or a string, so a range query can not repeat it. */
  onlyInstant: boolean;
}

export type Command = { readonly kind: 'clear' } | LoadCommand | EvalCommand;

export function durationOf(text: string): number {
  const negative = text.startsWith('-');
  const parsed = parseDuration(negative ? text.slice(1) : text);
  if (!parsed.ok) throw new Error(parsed.error);
  return negative ? -parsed.ms : parsed.ms;
}

export function parseScript(text: string): Command[] {
  const lines = text.split('\n').map((line) => (line.trim().startsWith('#') ? '' : line.trim()));
  const commands: Command[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    if (line === '') continue;
    const block: string[] = [];
    const number = i + 1;
    if (/^clear$/i.test(line)) {
      commands.push({ kind: 'clear' });
      continue;
    }
    while (i + 1 < lines.length && lines[i + 1] !== '') block.push(lines[++i] as string);
    if (/^load/i.test(line)) commands.push(parseLoad(line, block));
    else if (/^eval/i.test(line)) commands.push(parseEval(line, block, number));
    else throw new Error(`line ${number}: invalid command "${line}"`);
  }
  return commands;
}

function parseLoad(line: string, block: readonly string[]): LoadCommand {
  const [, nhcb, step] = /^load(?:_(with_nhcb))?\s+(.+?)$/.exec(line) as unknown as [string, string, string];
  const series: LoadedSeries[] = [];
  let startOffsets: (number | undefined)[] | undefined;
  for (const definition of block) {
    const starts = /^(\S+)@st\s+(.*)$/.exec(definition);
    if (starts !== null) {
      startOffsets = parseStartTimes(starts[2] as string);
      continue;
    }
    const { metric, rest } = splitSeries(definition);
    series.push({ labels: parseMetric(metric), values: parseSequence(rest), startOffsets });
    startOffsets = undefined;
  }
  return { kind: 'load', stepMs: durationOf(step), withNhcb: nhcb !== undefined, series };
}

const instantLine = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(.+?))?\s+(.+)$/;
const rangeLine = /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$/;

function parseEval(line: string, block: readonly string[], number: number): EvalCommand {
  const instant = instantLine.exec(line);
  const range = rangeLine.exec(line);
  const parts = (instant ?? range) as RegExpExecArray;
  const modifier = parts[1];
  const atMs = instant === null ? 0 : durationOf(instant[2] ?? '0');
  const command: EvalCommand = {
    kind: 'eval',
    line: number,
    query: (instant === null ? parts[5] : parts[3]) as string,
    isRange: instant === null,
    startMs: range === null || instant !== null ? atMs : durationOf(range[2] as string),
    endMs: range === null || instant !== null ? atMs : durationOf(range[3] as string),
    stepMs: range === null || instant !== null ? 0 : durationOf(range[4] as string),
    evalMs: atMs,
    ordered: modifier === 'ordered',
    expectations: [],
    expected: [],
    scalar: undefined,
    text: undefined,
    onlyInstant: false,
  };
  if (modifier === 'fail' || modifier === 'warn' || modifier === 'info') {
    command.expectations.push({ kind: modifier, matches: () => true });
  }
  for (const definition of block) parseExpected(command, definition);
  return command;
}

function parseExpected(command: EvalCommand, line: string): void {
  const failure = /^expected_fail_(message|regexp)\s+(.*)$/.exec(line);
  if (failure !== null) {
    command.expectations.length = 0;
    command.expectations.push({ kind: 'fail', matches: matcher(failure[1] as string, failure[2] as string) });
    return;
  }
  const range = /^expect range vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$/.exec(line);
  if (range !== null) {
    command.startMs = durationOf(range[1] as string);
    command.endMs = durationOf(range[2] as string);
    command.stepMs = durationOf(range[3] as string);
    command.onlyInstant = true;
    return;
  }
  if (line.startsWith('expect string ')) {
    command.text = unquote(line.slice('expect string '.length));
    command.onlyInstant = true;
    return;
  }
  const expectation = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$/.exec(
    line,
  );
  if (expectation !== null) {
    const [, kind, how, text] = expectation;
    if (kind === 'ordered') command.ordered = true;
    else {
      const matches = how === undefined ? () => true : matcher(how, (text as string).trim());
      command.expectations.push({ kind: kind as ExpectKind, matches });
    }
    return;
  }
  if (/^[+-]?(?:\d|\.\d|inf|nan)\S*$/i.test(line)) {
    command.scalar = parseNumber(line);
    return;
  }
  const { metric, rest } = splitSeries(line);
  command.expected.push({ labels: parseMetric(metric), values: parseSequence(rest) });
}

function matcher(how: string, text: string): (found: string) => boolean {
  if (how === 'msg' || how === 'message') return (found) => found === text;
  const pattern = new RegExp(text);
  return (found) => pattern.test(found);
}

function unquote(text: string): string {
  return text.startsWith('"') ? JSON.parse(text) : text.slice(1, -1);
}
