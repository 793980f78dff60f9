export { metricTypes, noMetricType } from './metric-types.js';
export { type NegotiatedFormat, negotiateFormat } from './negotiate/negotiate-format.js';
export { acceptHeader, type ScrapeProtocol, scrapeProtocols } from './negotiate/scrape-protocols.js';
export { type ScrapeFormat, type SelectedFormat, selectFormat } from './negotiate/select-format.js';
export { helpText, markAt, type PageEntry, pageEntries } from './page-entries.js';
export {
  duplicateName,
  exemplarAt,
  exemplarPairs,
  labelsOfPairs,
  openPage,
  type PageSource,
  readExemplar,
  type SeriesText,
  seriesLabels,
  seriesPairs,
  textPairs,
} from './page-labels.js';
export { type PageParser, parsed } from './parse/page-parser.js';
export {
  createScanScratch,
  type ExemplarColumns,
  type MarkColumns,
  type MarkKind,
  markKinds,
  type ScanScratch,
} from './scan/scan-columns.js';
export { type ScanOptions, scanOpenMetrics, scanSteps, scanText } from './scan/scan-page.js';
export type { ExpositionError, ScannedPage, TextFormat } from './scan/scanned-page.js';
export { writeNegotiated } from './write/write-negotiated.js';
export { writeOpenMetrics } from './write/write-openmetrics.js';
export { type WriteOptions, writeText } from './write/write-text.js';
