import type { Steps } from '../base/index.js';
import {
  createScanScratch,
  duplicateName,
  exemplarAt,
  labelsOfPairs,
  markAt,
  type ScannedPage,
  scanSteps,
  selectFormat,
  seriesPairs,
} from '../exposition/index.js';
import type { Exemplar, Metadata } from '../model/index.js';
import type { ScrapeOptions } from './options.js';
import { hashSeries, type SeriesHash } from './scrape-cache.js';
import type { ScrapedPage } from './scraped-page.js';

export type ParsedPage = { readonly page: ScrapedPage } | { readonly error: string };

/** Reads a body by its content type. `error` alone when no parser fits. */
export type ParsePage = (
  body: { readonly bytes: Uint8Array; readonly contentType: string },
  options: Pick<ScrapeOptions, 'fallbackScrapeProtocol'>,
) => Steps<ParsedPage>;

/** Entries of a page that are read between two pauses. */
const stepEntries = 256;

/** Pages share one set of buffers: each is valid until the next is parsed. */
export function createPageParser(): ParsePage {
  const scratch = createScanScratch();
  return function* parsePage({ bytes, contentType }, options) {
    const selected = selectFormat({ contentType, fallbackProtocol: options.fallbackScrapeProtocol });
    if ('error' in selected) return selected;
    if (selected.format === 'protobuf') {
      return { error: `received Content-Type ${JSON.stringify(contentType)}, which is not supported` };
    }
    const page = yield* scanSteps(selected.format, bytes, { scratch });
    yield;
    return { page: yield* toScrapedPage(page) };
  };
}

function* toScrapedPage(page: ScannedPage): Steps<ScrapedPage> {
  const pairsOf = lastRowPairs(page);
  const exemplars = yield* readExemplars(page);
  const metadataSignature = yield* signMetadata(page);
  return {
    length: page.sampleCount,
    bytes: page.bytes,
    seriesStart: page.seriesStart,
    seriesEnd: page.seriesEnd,
    values: page.values,
    timestamps: page.timestamps,
    labels: (row) => labelsOfPairs(pairsOf(row)),
    duplicateLabel: (row) => duplicateName(pairsOf(row)),
    exemplars,
    metadata: () => readMetadata(page),
    metadataSignature,
    error: page.error?.message,
  };
}

/** The pairs of a row are asked for twice in a row: labels, then a check for names that stand twice. */
function lastRowPairs(page: ScannedPage): (row: number) => string[] {
  let lastRow = -1;
  let pairs: string[] = [];
  return (row) => {
    if (row !== lastRow) pairs = seriesPairs(page, row);
    lastRow = row;
    return pairs;
  };
}

const noExemplars: ReadonlyMap<number, readonly Exemplar[]> = new Map();

function* readExemplars(page: ScannedPage): Steps<ReadonlyMap<number, readonly Exemplar[]>> {
  const { count, rows } = page.exemplars;
  if (count === 0) return noExemplars;
  const byRow = new Map<number, Exemplar[]>();
  for (let i = 0; i < count; i++) {
    if (i % stepEntries === 0) yield;
    const row = rows[i] as number;
    byRow.set(row, [...(byRow.get(row) ?? []), exemplarAt(page, i)]);
  }
  return byRow;
}

/** What the page says of its families; fields it does not say are absent. */
export function* readMetadata(page: ScannedPage): Steps<ReadonlyMap<string, Partial<Metadata>>> {
  const families = new Map<string, { type?: Metadata['type']; help?: string; unit?: string }>();
  for (let i = 0; i < page.marks.count; i++) {
    if (i % stepEntries === 0) yield;
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

/** Over the text of all metadata lines and their kinds. */
function* signMetadata({ bytes, marks }: ScannedPage): Steps<string> {
  const hash: SeriesHash = { low: 0, high: 0 };
  let low = marks.count;
  let high = 0;
  for (let i = 0; i < marks.count; i++) {
    if (i % stepEntries === 0) yield;
    const start = marks.ranges[4 * i] as number;
    const textEnd = marks.ranges[4 * i + 3] as number;
    const end = Math.max(textEnd, marks.ranges[4 * i + 1] as number);
    hashSeries(bytes, start, end, low, hash);
    low = Math.imul(hash.low ^ (marks.kinds[i] as number), 0x9e3779b1) + (marks.metricTypes[i] as number);
    high = Math.imul(high, 31) + hash.high;
  }
  return `${low}:${high}`;
}
