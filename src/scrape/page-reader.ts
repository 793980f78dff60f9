/**
 * Reads a page into rows. The kernel passes plain lines, and those of known texts without reading them; what it leaves
 * (metadata that is not known, exemplars, quoted names, faults) goes to the complete parser, an entry at a time.
 */
import { decodeUtf8Loose, quoteGo, type Steps } from '../base/index.js';
import {
  duplicateName,
  helpText,
  labelsOfPairs,
  metricTypes,
  openPage,
  type PageParser,
  parsed,
  readExemplar,
  type SeriesText,
  textPairs,
} from '../exposition/index.js';
import { type PageScan, scanReasons, scanRowCapacity, slotFlags, untrackedRow } from '../kernels/index.js';
import type { Exemplar, Metadata } from '../model/index.js';
import { type Appender, noSeries } from '../storage/index.js';
import type { AppendParts } from './append-parts.js';
import type { TextPage } from './page-format.js';
import { sampleLabels } from './sample-labels.js';
import { familyFactor } from './scrape-cache.js';

/** Bytes that the kernel reads between two pauses: a millisecond or two. */
const stepBytes = 256 * 1024;
/** Bytes of lines that are not known, each line weighing some more, between two pauses. */
const stepWork = 64 * 1024;
const lineWork = 256;

const endLine: readonly number[] = [...'# EOF\n'].map((letter) => letter.charCodeAt(0));

export interface RowExemplar {
  readonly row: number;
  readonly exemplar: Exemplar;
}

/** Why the reader stops: the columns are full, the page is at its end, or it has a fault. Rows are there each time. */
export type PageRead = { readonly exemplars: readonly RowExemplar[] } & (
  | { readonly kind: 'rows' | 'end' }
  | { readonly kind: 'failed'; readonly error: string }
);

export class PageReader {
  seriesAdded = 0;
  /** Series that the store had no room for. */
  refusedSeries = 0;
  readonly #parts: AppendParts;
  readonly #scan: PageScan;
  readonly #appender: Appender;
  #format: 'text' | 'openmetrics' = 'text';
  #bytes: Uint8Array = new Uint8Array(0);
  #parser: PageParser | undefined;
  /** Behind the last line feed: the kernel reads whole lines. */
  #linesEnd = 0;
  #stop = 0;
  #work = 0;
  #exemplars: RowExemplar[] = [];

  constructor(parts: AppendParts, scan: PageScan, appender: Appender) {
    this.#parts = parts;
    this.#scan = scan;
    this.#appender = appender;
  }

  *begin(page: TextPage, times: { readonly timeMs: number; readonly latestMs: number }): Steps<void> {
    const { options, cache } = this.#parts;
    this.#format = page.format;
    this.#bytes = yield* this.#scan.loadPage(page.parts, page.length);
    this.#linesEnd = lastLineFeed(this.#bytes) + 1;
    this.#scan.begin({
      ...times,
      honorTimestamps: options.honorTimestamps,
      trackTimestamps: options.trackTimestampsStaleness,
      sampleLimit: options.sampleLimit,
      slots: cache.slots,
    });
  }

  *read(): Steps<PageRead> {
    const scan = this.#scan;
    this.#exemplars = [];
    for (;;) {
      if (scan.rows === scanRowCapacity) return this.#stopped('rows');
      if (scan.at >= this.#stop) {
        if (this.#stop > 0) yield;
        this.#stop = Math.min(scan.at + stepBytes, Math.max(this.#linesEnd, scan.at + 1));
      }
      const isAtLineStart = this.#parser?.isAtLineStart ?? true;
      const reason =
        isAtLineStart && scan.at < this.#linesEnd
          ? scan.run(this.#format, this.#stop, this.#linesEnd)
          : scanReasons.otherLine;
      if (reason === scanReasons.needsTable) {
        yield* scan.slots.openTable();
      } else if (reason === scanReasons.unknownText) {
        const error = yield* this.#takeUnknown();
        if (error !== undefined) return this.#failed(error);
      } else if (reason === scanReasons.otherLine) {
        if (isAtLineStart && this.#isAtEnd()) return this.#stopped('end');
        const entry = yield* this.#takeEntry();
        if (entry !== undefined) return entry;
      }
    }
  }

  /** The text format ends with its last line, OpenMetrics with a line of its own; the parser has its other spellings. */
  #isAtEnd(): boolean {
    const left = this.#bytes.length - this.#scan.at;
    if (this.#format === 'text') return left === 0;
    return left === endLine.length && endLine.every((byte, i) => this.#bytes[this.#scan.at + i] === byte);
  }

  #stopped(kind: 'rows' | 'end'): PageRead {
    return { kind, exemplars: this.#exemplars };
  }

  #failed(error: string): PageRead {
    return { kind: 'failed', error, exemplars: this.#exemplars };
  }

  /** One entry by the complete parser; an answer ends the reading. */
  *#takeEntry(): Steps<PageRead | undefined> {
    const scan = this.#scan;
    this.#parser ??= openPage({ format: this.#format, bytes: this.#bytes });
    const parser = this.#parser;
    parser.lexer.at = scan.at;
    const entry = parser.next();
    scan.at = parser.lexer.at;
    if (this.#isPauseDue(scan.at - parser.lineStart)) yield;
    switch (entry) {
      case parsed.end:
        return this.#stopped('end');
      case parsed.failed:
        return this.#failed(parser.failure?.message ?? '');
      case parsed.series: {
        const error = yield* this.#takeParsed(parser);
        return error === undefined ? undefined : this.#failed(error);
      }
      case parsed.type:
        yield* this.#takeMetadata(parser, { type: metricTypes[parser.metricType] ?? 'unknown' });
        scan.metricType = parser.metricType;
        return undefined;
      case parsed.help:
        yield* this.#takeMetadata(parser, { help: helpText(this.#text(parser), this.#format) });
        return undefined;
      case parsed.unit:
        yield* this.#takeMetadata(parser, { unit: this.#text(parser) });
        return undefined;
      case parsed.comment:
        return undefined;
    }
  }

  *#takeParsed(parser: PageParser): Steps<string | undefined> {
    const scan = this.#scan;
    const before = scan.rows;
    const slot = yield* scan.describe({
      start: parser.lineStart,
      end: parser.seriesEnd,
      words: parser.value.words,
      timestamp: parser.timestamp,
    });
    if (slot >= 0) scan.take(slot);
    else {
      const error = yield* this.#takeUnknown();
      if (error !== undefined) return error;
    }
    if (scan.rows > before && parser.exemplarStart >= 0)
      this.#exemplars.push(this.#exemplarOf(parser, before));
    return undefined;
  }

  #exemplarOf(parser: PageParser, row: number): RowExemplar {
    const exemplar = readExemplar(
      { format: this.#format, bytes: this.#bytes },
      {
        labelsStart: parser.exemplarStart,
        value: parser.exemplarValue.values[0] as number,
        timestamp: parser.exemplarTimestamp,
      },
    );
    return { row, exemplar };
  }

  #text({ textStart, textEnd }: PageParser): string {
    return decodeUtf8Loose(this.#bytes, textStart, textEnd);
  }

  /** A line that is known says nothing new; one that ends otherwise than lines do is not kept. */
  *#takeMetadata(parser: PageParser, said: Partial<Metadata>): Steps<void> {
    const scan = this.#scan;
    const { cache, metadata } = this.#parts;
    const start = parser.lineStart;
    const end = parser.lexer.at - 1;
    const isLine = this.#bytes[start] === 0x23 && this.#bytes.indexOf(0x0a, start) === end;
    const slot = isLine ? yield* scan.find(start, end) : -1;
    if (slot >= 0) {
      scan.touch(slot);
      return;
    }
    const family = decodeUtf8Loose(this.#bytes, parser.nameStart, parser.nameEnd);
    const id = metadata.say(family, said, cache.iteration);
    if (!isLine) return;
    const type = said.type === undefined ? 0 : parser.metricType + 1;
    yield* scan.add(id * familyFactor + type, slotFlags.metadata);
  }

  /** For the text that the scan describes. A long one pauses between what is done with it. */
  *#takeUnknown(): Steps<string | undefined> {
    const scan = this.#scan;
    const { options, target, metrics } = this.#parts;
    if (scan.isOverLimit && options.metricRelabelConfigs.length === 0) {
      // The scrape fails whatever the labels are, and no rule could drop the sample: it need only be counted.
      scan.countAdded();
      return undefined;
    }
    const text = { start: scan.textStart, end: scan.textEnd, metricType: scan.metricType };
    const isLong = text.end - text.start > stepWork;
    if (this.#isPauseDue(text.end - text.start)) yield;
    const pairs = this.#pairs(text);
    if (isLong) yield;
    const result = sampleLabels(labelsOfPairs(pairs), target.labels, options);
    if (isLong) yield;
    if (result.kind === 'dropped') {
      yield* scan.add(0, slotFlags.dropped);
      return undefined;
    }
    if (result.kind === 'invalid') {
      if (result.overLimit) metrics.exceededLabelLimits.add(1);
      return result.error;
    }
    const duplicate = duplicateName(pairs);
    if (duplicate !== undefined) return `label name ${quoteGo(duplicate)} is not unique: invalid sample`;
    scan.countAdded();
    if (!scan.admit()) return undefined;
    const ref = this.#appender.series(result.labels);
    if (ref === noSeries) {
      this.refusedSeries++;
      return undefined;
    }
    scan.push(yield* scan.add(ref, 0));
    this.seriesAdded++;
    return undefined;
  }

  /** Whether so much was done that a pause is due. */
  #isPauseDue(bytes: number): boolean {
    this.#work += lineWork + bytes;
    if (this.#work <= stepWork) return false;
    this.#work = 0;
    return true;
  }

  #pairs(text: SeriesText): string[] {
    return textPairs({ format: this.#format, bytes: this.#bytes }, text);
  }

  /** Makes the series of a row anew, which the store forgot; false where there is none to be had. */
  renew(row: number): boolean {
    const { options, target } = this.#parts;
    const { starts, ends, types, slots, payloads } = this.#scan.columns;
    const pairs = this.#pairs({
      start: this.#scan.offsetOf(starts[row] as number),
      end: this.#scan.offsetOf(ends[row] as number),
      metricType: types[row] as number,
    });
    const result = sampleLabels(labelsOfPairs(pairs), target.labels, options);
    if (result.kind !== 'kept') return false;
    const ref = this.#appender.series(result.labels);
    if (ref === noSeries) {
      this.refusedSeries++;
      return false;
    }
    const slot = ((slots[row] as number) & ~untrackedRow) >>> 0;
    this.#scan.slots.columns().payloads[slot] = ref;
    this.#scan.markChanged();
    payloads[row] = ref;
    return true;
  }
}

/** Native, which `Uint8Array.lastIndexOf` is not. */
function lastLineFeed({ buffer, byteOffset, length }: Uint8Array): number {
  return Buffer.from(buffer, byteOffset, length).lastIndexOf(0x0a);
}
