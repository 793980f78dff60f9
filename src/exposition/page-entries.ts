import { decodeUtf8Loose } from '../base/index.js';
import type { MetricType } from '../model/index.js';
import { metricTypes } from './metric-types.js';
import { unescapeLabel } from './page-labels.js';
import { markKinds } from './scan/scan-columns.js';
import type { ScannedPage, TextFormat } from './scan/scanned-page.js';

/** An entry of a page, in words. */
export type PageEntry =
  | { readonly kind: 'series'; readonly row: number }
  | { readonly kind: 'type'; readonly name: string; readonly type: MetricType }
  | { readonly kind: 'help'; readonly name: string; readonly text: string }
  | { readonly kind: 'unit'; readonly name: string; readonly text: string }
  | { readonly kind: 'comment'; readonly text: string };

/** All entries in the order of the page. */
export function* pageEntries(page: ScannedPage): Generator<PageEntry> {
  let row = 0;
  for (let index = 0; index < page.marks.count; index++) {
    for (; row < (page.marks.rows[index] as number); row++) yield { kind: 'series', row };
    yield markAt(page, index);
  }
  for (; row < page.sampleCount; row++) yield { kind: 'series', row };
}

/** The metadata or comment at `index` of the page. */
export function markAt(page: ScannedPage, index: number): PageEntry {
  const { bytes, marks } = page;
  const read = (field: number): string =>
    decodeUtf8Loose(
      bytes,
      marks.ranges[4 * index + field] as number,
      marks.ranges[4 * index + field + 1] as number,
    );
  const text = (): string => read(2);
  switch (marks.kinds[index]) {
    case markKinds.type:
      return {
        kind: 'type',
        name: read(0),
        type: metricTypes[marks.metricTypes[index] as number] as MetricType,
      };
    case markKinds.help:
      return { kind: 'help', name: read(0), text: helpText(text(), page.format) };
    case markKinds.unit:
      return { kind: 'unit', name: read(0), text: text() };
    default:
      return { kind: 'comment', text: text() };
  }
}

/** What a help text stands for: the text format knows `\\` and `\n`, OpenMetrics `\"` as well. */
export function helpText(text: string, format: TextFormat): string {
  if (format === 'openmetrics' || !text.includes('\\')) return unescapeLabel(text);
  return text.replace(/\\[\\n]/g, (found) => (found === '\\n' ? '\n' : '\\'));
}
