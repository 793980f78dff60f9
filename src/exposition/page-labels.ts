import { compareUtf8, decodeAscii, decodeUtf8Loose, isAscii, parseGoFloat } from '../base/index.js';
import { type Exemplar, Labels, metricNameLabel } from '../model/index.js';
import { byteClasses, isMetricByte, isMetricStart } from './byte-classes.js';
import { formatOpenMetricsFloat } from './format-float.js';
import { histogramType, summaryType } from './metric-types.js';
import { OpenMetricsParser } from './parse/openmetrics-parser.js';
import type { PageParser } from './parse/page-parser.js';
import { TextParser } from './parse/text-parser.js';
import { passLabels } from './scan/pass-labels.js';
import type { ScannedPage } from './scan/scanned-page.js';

/** No `le` or `quantile` worth rewriting is longer; reading one costs its length. */
const longestBound = 1024;

/** A page that is read, or as much of one as its labels take. */
export type PageSource = Pick<ScannedPage, 'format' | 'bytes'>;

/** A series text that was read without fault, and the type of the TYPE line before it. */
export interface SeriesText {
  readonly start: number;
  readonly end: number;
  readonly metricType: number;
}

/** A page's complete parser. */
export function openPage({ format, bytes }: PageSource): PageParser {
  return format === 'text' ? new TextParser(bytes) : new OpenMetricsParser(bytes);
}

/** What `\\`, `\"` and `\n` stand for; a backslash before anything else is itself. */
export function unescapeLabel(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\[\\"n]/g, (found) => (found === '\\n' ? '\n' : (found[1] as string)));
}

/**
 * Name, value, name, value… of a row as the target wrote them, in name order: an empty value or a name twice is still
 * there, as upstream's parser has it. The bounds of histogram buckets and quantiles are written as OpenMetrics does.
 * A name may hold stray bytes (see `decodeUtf8Loose`): `isWellFormed()` tells.
 */
export function seriesPairs(page: ScannedPage, row: number): string[] {
  return textPairs(page, {
    start: page.seriesStart[row] as number,
    end: page.seriesEnd[row] as number,
    metricType: page.metricTypes[row] as number,
  });
}

/** As `seriesPairs`, of any text of a page. */
export function textPairs(page: PageSource, text: SeriesText): string[] {
  const { nameStart, nameEnd, ranges } = plainRanges(page, text) ?? completeRanges(page, text.start);
  const read = textReader(page.bytes, text.start, text.end);
  const pairs = [metricNameLabel, read(nameStart, nameEnd)];
  const bound = boundLabel(text.metricType);
  for (let i = 0; i < ranges.length; i += 4) {
    const name = read(ranges[i] as number, ranges[i + 1] as number);
    const value = read(ranges[i + 2] as number, ranges[i + 3] as number);
    pairs.push(name, name === bound ? normalizeBound(value) : value);
  }
  return sortPairs(pairs);
}

/** The labels of a row; empty values are left out, and of a name that stands twice the last value is kept. */
export function seriesLabels(page: ScannedPage, row: number): Labels {
  return labelsOfPairs(seriesPairs(page, row));
}

/** The first name that stands twice in sorted pairs: storage refuses such a series. */
export function duplicateName(pairs: readonly string[]): string | undefined {
  for (let i = 2; i < pairs.length; i += 2) if (pairs[i] === pairs[i - 2]) return pairs[i];
  return undefined;
}

/** The exemplar at `index` of the page; a missing timestamp is 0, as `hasTimestamp` says. */
export function exemplarAt(page: ScannedPage, index: number): Exemplar {
  const { labelsStart, values, timestamps } = page.exemplars;
  return readExemplar(page, {
    labelsStart: labelsStart[index] as number,
    value: values.values[index] as number,
    timestamp: timestamps.values[index] as number,
  });
}

/** An exemplar that was read without fault; `timestamp` is NaN where it has none. */
export function readExemplar(
  page: PageSource,
  { labelsStart, value, timestamp }: { labelsStart: number; value: number; timestamp: number },
): Exemplar {
  const hasTimestamp = !Number.isNaN(timestamp);
  const labels = labelsOfPairs(pairsOfExemplar(page, labelsStart));
  return { labels, value, timestampMs: hasTimestamp ? timestamp : 0, hasTimestamp };
}

/** As `seriesPairs`, of an exemplar. Escapes stay as they are: so upstream reads them. */
export function exemplarPairs(page: ScannedPage, index: number): string[] {
  return pairsOfExemplar(page, page.exemplars.labelsStart[index] as number);
}

function pairsOfExemplar(page: PageSource, labelsStart: number): string[] {
  const { bytes } = page;
  const ranges = openPage(page).readExemplar(labelsStart);
  const pairs: string[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    pairs.push(decodeUtf8Loose(bytes, ranges[i] as number, ranges[i + 1] as number));
  }
  return sortPairs(pairs);
}

interface SeriesRanges {
  readonly nameStart: number;
  readonly nameEnd: number;
  /** Start and end of each label's name, then of its value. */
  readonly ranges: readonly number[];
}

/** The parts of a series text as the quick scan reads it, or undefined where that is not enough. */
function plainRanges({ format, bytes }: PageSource, text: SeriesText): SeriesRanges | undefined {
  const { start: nameStart, end } = text;
  let at = nameStart;
  if (((byteClasses[bytes[at] as number] as number) & isMetricStart) === 0) return undefined;
  while (at < end && ((byteClasses[bytes[at] as number] as number) & isMetricByte) !== 0) at++;
  const nameEnd = at;
  const ranges: number[] = [];
  if (at === end) return { nameStart, nameEnd, ranges };
  while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
  if (bytes[at] !== 0x7b || bytes.indexOf(0x0a, end) < 0) return undefined;
  return passLabels(bytes, at + 1, format === 'text', ranges) === end
    ? { nameStart, nameEnd, ranges }
    : undefined;
}

function completeRanges(page: PageSource, start: number): SeriesRanges {
  const parser = openPage(page);
  const ranges = parser.readSeries(start);
  return { nameStart: parser.nameStart, nameEnd: parser.nameEnd, ranges };
}

/** Reads and unescapes parts of one range; a range of ASCII is decoded once. */
function textReader(bytes: Uint8Array, start: number, end: number): (from: number, to: number) => string {
  if (!isAscii(bytes, start, end)) return (from, to) => unescapeLabel(decodeUtf8Loose(bytes, from, to));
  const text = decodeAscii(bytes, start, end);
  if (text.includes('\\')) return (from, to) => unescapeLabel(text.slice(from - start, to - start));
  return (from, to) => text.slice(from - start, to - start);
}

function boundLabel(metricType: number): string | undefined {
  if (metricType === histogramType) return 'le';
  return metricType === summaryType ? 'quantile' : undefined;
}

/** Source: normalizeFloatsInLabelValues in textparse/openmetricsparse.go. */
function normalizeBound(text: string): string {
  const bound = text.length > longestBound ? undefined : parseGoFloat(text);
  return bound === undefined ? text : formatOpenMetricsFloat(bound);
}

/** By name, keeping the order of equal names; label sets are short and mostly sorted. */
function sortPairs(pairs: string[]): string[] {
  const count = pairs.length / 2;
  if (count > 32) {
    const order = Array.from({ length: count }, (_, i) => 2 * i);
    order.sort((a, b) => compareUtf8(pairs[a] as string, pairs[b] as string));
    return order.flatMap((i) => [pairs[i] as string, pairs[i + 1] as string]);
  }
  for (let i = 2; i < pairs.length; i += 2) {
    const name = pairs[i] as string;
    const value = pairs[i + 1] as string;
    let at = i;
    while (at > 0 && compareUtf8(pairs[at - 2] as string, name) > 0) {
      pairs[at] = pairs[at - 2] as string;
      pairs[at + 1] = pairs[at - 1] as string;
      at -= 2;
    }
    pairs[at] = name;
    pairs[at + 1] = value;
  }
  return pairs;
}

/** The labels of sorted pairs, which must not change after; empty values are left out, of equal names the last counts. */
export function labelsOfPairs(pairs: string[]): Labels {
  let isPlain = true;
  for (let i = 0; isPlain && i < pairs.length; i += 2) {
    isPlain = pairs[i + 1] !== '' && (i === 0 || pairs[i] !== pairs[i - 2]);
  }
  return isPlain ? Labels.fromSortedPairs(pairs) : Labels.fromUnsortedPairs(pairs);
}
