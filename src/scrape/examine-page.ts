import { formatFloatPlain } from '../base/index.js';
import {
  duplicateName,
  labelsOfPairs,
  markAt,
  metricTypes,
  type ScannedPage,
  scanOpenMetrics,
  scanText,
  selectFormat,
  seriesPairs,
} from '../exposition/index.js';
import type { Labels, Metadata, MetricType } from '../model/index.js';

export interface PageSample {
  readonly labels: Labels;
  /** As PromQL prints it. */
  readonly value: string;
  readonly type: MetricType;
  /** Undefined where the target gave none. */
  readonly timestampMs: number | undefined;
}

export interface PageFamily {
  readonly name: string;
  readonly type: MetricType;
  readonly unit: string;
  readonly help: string;
}

/** Something a target should do better, or that a server would refuse. */
export interface PageProblem {
  /** Counts from 1; 0 where the whole page is meant. */
  readonly line: number;
  readonly message: string;
  /** A server keeps nothing of such a page. */
  readonly isFatal: boolean;
}

/** A page as a person wants to see it. */
export interface PageReport {
  readonly format: string;
  readonly samples: readonly PageSample[];
  readonly families: readonly PageFamily[];
  readonly seriesCount: number;
  readonly problems: readonly PageProblem[];
}

/** Reads a page as a server would, and looks for what a server would stumble over. */
export function examinePage(bytes: Uint8Array, contentType: string): PageReport {
  const selected = selectFormat({ contentType });
  const problems: PageProblem[] = [];
  let format: 'text' | 'openmetrics' = 'text';
  if ('error' in selected || selected.format === 'protobuf') {
    const message = 'error' in selected ? selected.error : 'the protobuf format is not supported yet';
    problems.push({ line: 0, message, isFatal: true });
  } else {
    format = selected.format;
  }
  const page = format === 'openmetrics' ? scanOpenMetrics(bytes, {}) : scanText(bytes, {});
  if (page.error) problems.push({ line: page.error.line, message: page.error.message, isFatal: true });
  const families = familiesOf(page);
  const samples = readSamples(page, problems);
  for (const problem of familyProblems(families, samples)) problems.push(problem);
  const seriesCount = new Set(samples.map(({ labels }) => labels.key())).size;
  return { format, samples, families, seriesCount, problems };
}

function familiesOf(page: ScannedPage): PageFamily[] {
  const unsaid = { type: 'unknown', unit: '', help: '' } as const;
  return [...readMetadata(page)].map(([name, said]) => ({ name, ...unsaid, ...said }));
}

/** What the page says of its families; fields it does not say are absent. */
function readMetadata(page: ScannedPage): ReadonlyMap<string, Partial<Metadata>> {
  const families = new Map<string, { type?: Metadata['type']; help?: string; unit?: string }>();
  for (let i = 0; i < page.marks.count; i++) {
    const mark = markAt(page, i);
    if (mark.kind === 'series' || mark.kind === 'comment') continue;
    const family = families.get(mark.name) ?? {};
    families.set(mark.name, family);
    if (mark.kind === 'type') family.type = mark.type;
    else if (mark.kind === 'help') family.help = mark.text;
    else family.unit = mark.text;
  }
  return families;
}

/** The samples, and the problems of single lines. */
function readSamples(page: ScannedPage, problems: PageProblem[]): PageSample[] {
  const samples: PageSample[] = [];
  const seen = new Set<string>();
  const lineOf = lineCounter(page.bytes);
  for (let row = 0; row < page.sampleCount; row++) {
    const line = lineOf(page.seriesStart[row] as number);
    const pairs = seriesPairs(page, row);
    const labels = labelsOfPairs(pairs);
    const twice = duplicateName(pairs);
    if (twice !== undefined) {
      problems.push({ line, message: `label name "${twice}" is not unique: invalid sample`, isFatal: true });
    }
    const timestampMs = page.timestamps[row] as number;
    const key = `${labels.key()}@${timestampMs}`;
    if (seen.has(key))
      problems.push({ line, message: `series ${labels} stands on the page twice`, isFatal: false });
    seen.add(key);
    samples.push({
      labels,
      value: formatFloatPlain(page.values[row] as number),
      type: metricTypes[page.metricTypes[row] as number] ?? 'unknown',
      timestampMs: Number.isNaN(timestampMs) ? undefined : timestampMs,
    });
  }
  return samples;
}

/** Lines of rising offsets, counted once over the page. */
function lineCounter(bytes: Uint8Array): (offset: number) => number {
  let line = 1;
  let at = 0;
  return (offset) => {
    for (; at < offset; at++) if (bytes[at] === 10) line++;
    return line;
  };
}

const sampleSuffixes = ['', '_total', '_bucket', '_count', '_sum', '_created', '_info', '_gcount', '_gsum'];

/** What `promtool check metrics` would say too, as far as names and metadata go. */
function familyProblems(families: readonly PageFamily[], samples: readonly PageSample[]): PageProblem[] {
  const problems: PageProblem[] = [];
  const said = (message: string): void => void problems.push({ line: 0, message, isFatal: false });
  const names = new Set(samples.map(({ labels }) => labels.get('__name__')));
  const described = new Set<string>();
  for (const { name, type, help } of families) {
    for (const suffix of sampleSuffixes) described.add(name + suffix);
    if (help === '') said(`${name}: no help text`);
    if (type === 'counter' && !name.endsWith('_total') && names.has(name)) {
      said(`${name}: counter metrics should have "_total" suffix`);
    }
    if (type !== 'counter' && name.endsWith('_total'))
      said(`${name}: non-counter metrics should not have "_total" suffix`);
  }
  for (const name of names) if (!described.has(name)) said(`${name}: no TYPE or HELP line`);
  return problems;
}
