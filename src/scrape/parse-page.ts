import {
  createScanScratch,
  duplicateName,
  exemplarAt,
  markAt,
  type ScannedPage,
  scanOpenMetrics,
  scanText,
  selectFormat,
  seriesLabels,
  seriesPairs,
} from '../exposition/index.js';
import type { Exemplar, Metadata } from '../model/index.js';
import { hashSeries, type SeriesHash } from './scrape-cache.js';
import type { ParsePage } from './scrape-loop.js';
import type { ScrapedPage } from './scraped-page.js';

/** Pages share one set of buffers: each is valid until the next is parsed. */
export function createPageParser(): ParsePage {
  const scratch = createScanScratch();
  return ({ bytes, contentType }, options) => {
    const selected = selectFormat({ contentType, fallbackProtocol: options.fallbackScrapeProtocol });
    if ('error' in selected) return selected;
    if (selected.format === 'protobuf') {
      return { error: `received Content-Type ${JSON.stringify(contentType)}, which is not supported` };
    }
    const scan = selected.format === 'openmetrics' ? scanOpenMetrics : scanText;
    return { page: toScrapedPage(scan(bytes, { scratch })) };
  };
}

function toScrapedPage(page: ScannedPage): ScrapedPage {
  return {
    length: page.sampleCount,
    bytes: page.bytes,
    seriesStart: page.seriesStart,
    seriesEnd: page.seriesEnd,
    values: page.values,
    timestamps: page.timestamps,
    labels: (row) => seriesLabels(page, row),
    duplicateLabel: (row) => duplicateName(seriesPairs(page, row)),
    exemplars: readExemplars(page),
    metadata: () => readMetadata(page),
    metadataSignature: metadataSignature(page),
    error: page.error?.message,
  };
}

const noExemplars: ReadonlyMap<number, readonly Exemplar[]> = new Map();

function readExemplars(page: ScannedPage): ReadonlyMap<number, readonly Exemplar[]> {
  const { count, rows } = page.exemplars;
  if (count === 0) return noExemplars;
  const byRow = new Map<number, Exemplar[]>();
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number;
    byRow.set(row, [...(byRow.get(row) ?? []), exemplarAt(page, i)]);
  }
  return byRow;
}

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

/** Over the text of all metadata lines and their kinds. */
function metadataSignature({ bytes, marks }: ScannedPage): string {
  const hash: SeriesHash = { low: 0, high: 0 };
  let low = marks.count;
  let high = 0;
  for (let i = 0; i < marks.count; i++) {
    const start = marks.ranges[4 * i] as number;
    const textEnd = marks.ranges[4 * i + 3] as number;
    const end = Math.max(textEnd, marks.ranges[4 * i + 1] as number);
    hashSeries(bytes, start, end, low, hash);
    low = Math.imul(hash.low ^ (marks.kinds[i] as number), 0x9e3779b1) + (marks.metricTypes[i] as number);
    high = Math.imul(high, 31) + hash.high;
  }
  return `${low}:${high}`;
}
