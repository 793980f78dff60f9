/** What a server answers about all that it holds, as texts that compare to the byte. */
import { readFileSync } from 'node:fs';

/** Known differences in what is listed: series by their labels as JSON. */
const unlisted = (
  JSON.parse(readFileSync('test/differences/interchange.json', 'utf8')) as readonly {
    readonly series?: string;
  }[]
).flatMap(({ series }) => (series === undefined ? [] : [new RegExp(series)]));

export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** By question; the text is the whole body. */
export type Answers = ReadonlyMap<string, string>;

export const everything = '{__name__!=""}';

async function ask(url: string, question: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/${question}`);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${question}: ${answer.status} ${text}`);
  return text;
}

function instantQuestion(query: string, atMs: number): string {
  return `query?${new URLSearchParams({ query, time: String(atMs / 1000) })}`;
}

function rangeQuestion(query: string, { fromMs, toMs }: TimeRange): string {
  const span = { start: String(fromMs / 1000), end: String(toMs / 1000), step: '97' };
  return `query_range?${new URLSearchParams({ query, ...span })}`;
}

/** Series are answered in the order that they are found in, which nobody promises (web/api/v1/api.go series). */
function inOrder(question: string, text: string): string {
  if (!question.startsWith('series?')) return text;
  const { data, ...body } = JSON.parse(text) as { data: readonly unknown[] };
  const texts = data.map((series) => JSON.stringify(series));
  const kept = texts.filter((text) => !unlisted.some((pattern) => pattern.test(text)));
  return JSON.stringify({ ...body, data: kept.sort() });
}

function namesIn(text: string): readonly string[] {
  return (JSON.parse(text) as { data: readonly string[] }).data;
}

export interface Questions {
  /** Whose raw samples are asked for, each in a query of its own. */
  readonly selectors: readonly string[];
  /** Asked over the whole range. */
  readonly expressions: readonly string[];
}

/** Raw samples, labels, exemplars and what the expressions give over the whole range. */
export async function answersOf(url: string, range: TimeRange, asked: Questions): Promise<Answers> {
  const { fromMs, toMs } = range;
  const span = String(new URLSearchParams({ start: String(fromMs / 1000), end: String(toMs / 1000) }));
  const found = new Map<string, string>();
  const questions = [
    ...asked.selectors.map((selector) =>
      instantQuestion(`${selector}[${Math.ceil((toMs - fromMs) / 1000) + 1}s]`, toMs),
    ),
    `series?${new URLSearchParams({ 'match[]': everything })}&${span}`,
    `labels?${span}`,
    ...asked.expressions.map((expression) => rangeQuestion(expression, range)),
  ];
  for (const question of questions) found.set(question, inOrder(question, await ask(url, question)));
  for (const name of namesIn(found.get(`labels?${span}`) as string)) {
    const question = `label/${encodeURIComponent(name)}/values?${span}`;
    found.set(question, await ask(url, question));
  }
  const exemplars = `${exemplarsQuestion}?${new URLSearchParams({ query: everything })}&${span}`;
  found.set(exemplarsQuestion, await ask(url, exemplars));
  return found;
}

export const exemplarsQuestion = 'query_exemplars';

interface ExemplarSeries {
  readonly seriesLabels: unknown;
  readonly exemplars: readonly { readonly timestamp: number }[];
}

interface ExemplarsBody {
  readonly status: string;
  readonly data: readonly ExemplarSeries[];
}

/** Exemplars of an answer that none of the others has. */
export function exemplarsNotIn(others: readonly string[], answer: string): string[] {
  const listed = (text: string): string[] =>
    (JSON.parse(text) as ExemplarsBody).data.flatMap(({ seriesLabels, exemplars }) =>
      exemplars.map((exemplar) => JSON.stringify([seriesLabels, exemplar])),
    );
  const known = new Set(others.flatMap(listed));
  return listed(answer).filter((exemplar) => !known.has(exemplar));
}

/** The answers with the exemplars from a time in ms on alone. */
export function withExemplarsFrom(answers: Answers, fromMs: number): Answers {
  const { data, ...body } = JSON.parse(answers.get(exemplarsQuestion) as string) as ExemplarsBody;
  const kept = data.map(({ exemplars, ...series }) => ({
    ...series,
    exemplars: exemplars.filter(({ timestamp }) => timestamp * 1000 >= fromMs),
  }));
  const text = JSON.stringify({ ...body, data: kept.filter(({ exemplars }) => exemplars.length > 0) });
  return new Map(answers).set(exemplarsQuestion, text);
}

/** Where two answers part, in few words; undefined where they are the same text. */
export function firstDifference(found: string, expected: string): string | undefined {
  if (found === expected) return undefined;
  const path = differingPath(JSON.parse(found), JSON.parse(expected), '');
  return path ?? `the same data, written otherwise: ${found.slice(0, 200)} | ${expected.slice(0, 200)}`;
}

function differingPath(found: unknown, expected: unknown, path: string): string | undefined {
  if (Object.is(found, expected)) return undefined;
  const isBoth = typeof found === 'object' && typeof expected === 'object';
  if (!isBoth || found === null || expected === null) return `${path}: ${brief(found)} | ${brief(expected)}`;
  const [own, wanted] = [found as Record<string, unknown>, expected as Record<string, unknown>];
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(own)])) {
    const metric = 'metric' in wanted ? JSON.stringify(wanted.metric) : '';
    const inner = differingPath(own[key], wanted[key], `${path}${metric}/${key}`);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function brief(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 300);
}
