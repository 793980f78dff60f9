import { runAtOnce, type Steps } from '../../base/index.js';
import { noMetricType } from '../metric-types.js';
import { OpenMetricsParser } from '../parse/openmetrics-parser.js';
import { type PageParser, type ParseFailure, parsed } from '../parse/page-parser.js';
import { TextParser } from '../parse/text-parser.js';
import {
  clearScratch,
  createScanScratch,
  type MarkKind,
  markKinds,
  type SampleColumns,
  type ScanScratch,
} from './scan-columns.js';
import { scanOpenMetricsLines } from './scan-openmetrics-lines.js';
import { scanTextLines } from './scan-text-lines.js';
import type { ExpositionError, ScannedPage, TextFormat } from './scanned-page.js';

export interface ScanOptions {
  /** Buffers to fill; without it the page has its own. */
  readonly scratch?: ScanScratch;
  /** Whether comments are kept among the marks (default: no). */
  readonly comments?: boolean;
  /** False sends plain lines to the complete parser too: tests compare the two (default: true). */
  readonly plainLines?: boolean;
}

type LineScan = (
  bytes: Uint8Array,
  start: number,
  end: number,
  columns: SampleColumns,
  metricType: number,
) => number;

/** About the bytes of a line, to size the first buffers. */
const guessedLineBytes = 96;

/** Bytes read between two pauses: a few milliseconds. */
const stepBytes = 1 << 20;

/** Scans a page of the text format (0.0.4, and 1.0.0 with quoted names). */
export function scanText(bytes: Uint8Array, options: ScanOptions = {}): ScannedPage {
  return runAtOnce(scanSteps('text', bytes, options));
}

/** Scans a page of OpenMetrics 0.0.1 or 1.0.0. `_created` lines are samples like others. */
export function scanOpenMetrics(bytes: Uint8Array, options: ScanOptions = {}): ScannedPage {
  return runAtOnce(scanSteps('openmetrics', bytes, options));
}

/** As `scanText` and `scanOpenMetrics`, with a pause after about a MiB of page; no entry is split. */
export function scanSteps(
  format: TextFormat,
  bytes: Uint8Array,
  options: ScanOptions = {},
): Steps<ScannedPage> {
  return format === 'text'
    ? scanPage(format, new TextParser(bytes), scanTextLines, options)
    : scanPage(format, new OpenMetricsParser(bytes), scanOpenMetricsLines, options);
}

/** Plain sample lines go to the quick scan, each other line to the parser. */
function* scanPage(
  format: TextFormat,
  parser: PageParser,
  scanLines: LineScan,
  options: ScanOptions,
): Steps<ScannedPage> {
  const { bytes } = parser.lexer;
  const scratch = options.scratch ?? createScanScratch();
  clearScratch(scratch);
  const { samples, exemplars, marks } = scratch;
  samples.reserve(Math.ceil(bytes.length / guessedLineBytes) + 16);
  const end = options.plainLines === false ? 0 : lastLineFeed(bytes) + 1;
  const { lexer } = parser;
  let stop = 0;
  for (;;) {
    if (lexer.at >= stop) {
      if (stop > 0) yield;
      stop = stepEnd(bytes, lexer.at, end);
    }
    if (parser.isAtLineStart && lexer.at < end) {
      lexer.at = scanLines(bytes, lexer.at, Math.min(stop, end), samples, parser.metricType);
      if (lexer.at === stop && stop < end) continue;
    }
    if (!keepEntry(parser, scratch, options.comments === true)) break;
  }
  return {
    format,
    bytes,
    sampleCount: samples.count,
    seriesStart: samples.seriesStart,
    seriesEnd: samples.seriesEnd,
    values: samples.values.values,
    timestamps: samples.timestamps,
    metricTypes: samples.metricTypes,
    exemplars,
    marks,
    error: parser.failure && locate(bytes, parser.failure),
  };
}

/** Native, which `Uint8Array.lastIndexOf` is not. */
function lastLineFeed({ buffer, byteOffset, length }: Uint8Array): number {
  return Buffer.from(buffer, byteOffset, length).lastIndexOf(0x0a);
}

/** Where the next pause is due: behind a line feed, or behind all plain lines. */
function stepEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at + stepBytes >= end) return Math.max(end, at + stepBytes);
  return bytes.indexOf(0x0a, at + stepBytes) + 1;
}

/** Reads one entry; false when it was the last. */
function keepEntry(parser: PageParser, scratch: ScanScratch, keepsComments: boolean): boolean {
  const entry = parser.next();
  switch (entry) {
    case parsed.end:
    case parsed.failed:
      return false;
    case parsed.series:
      keepSample(parser, scratch);
      return true;
    case parsed.type:
      keepMark(parser, scratch, markKinds.type);
      return true;
    case parsed.help:
      keepMark(parser, scratch, markKinds.help);
      return true;
    case parsed.unit:
      keepMark(parser, scratch, markKinds.unit);
      return true;
    case parsed.comment:
      if (keepsComments) keepMark(parser, scratch, markKinds.comment);
      return true;
  }
}

function keepSample(parser: PageParser, { samples, exemplars }: ScanScratch): void {
  samples.grow();
  const row = samples.count++;
  samples.seriesStart[row] = parser.lineStart;
  samples.seriesEnd[row] = parser.seriesEnd;
  samples.metricTypes[row] = parser.metricType;
  samples.timestamps[row] = parser.timestamp;
  samples.values.words[2 * row] = parser.value.words[0] as number;
  samples.values.words[2 * row + 1] = parser.value.words[1] as number;
  if (parser.exemplarStart >= 0) {
    exemplars.add(row, parser.exemplarStart, parser.exemplarValue, parser.exemplarTimestamp);
  }
}

function keepMark(parser: PageParser, { samples, marks }: ScanScratch, kind: MarkKind): void {
  const { nameStart, nameEnd, textStart, textEnd } = parser;
  const metricType = kind === markKinds.type ? parser.metricType : noMetricType;
  const isComment = kind === markKinds.comment;
  marks.add(
    {
      kind,
      nameStart: isComment ? textStart : nameStart,
      nameEnd: isComment ? textStart : nameEnd,
      textStart,
      textEnd,
      metricType,
    },
    samples.count,
  );
}

function locate(bytes: Uint8Array, { message, offset }: ParseFailure): ExpositionError {
  let line = 1;
  let lineStart = 0;
  for (let feed = bytes.indexOf(0x0a); feed >= 0 && feed < offset; feed = bytes.indexOf(0x0a, lineStart)) {
    line++;
    lineStart = feed + 1;
  }
  return { message, offset, line, column: offset - lineStart + 1 };
}
