import { pageEntries, type ScannedPage, seriesPairs } from '../../src/exposition/index.js';
import type { MetricFamily, MetricPoint } from '../../src/telemetry/index.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
interface OpenFamily extends Writable<Omit<MetricFamily, 'metrics'>> {
  metrics: Writable<MetricPoint>[];
}

function number(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

/** Families in the order of a page: what a writer needs to write the page again. */
export function familiesOf(page: ScannedPage): MetricFamily[] {
  const families: OpenFamily[] = [];
  let helpText: string | undefined;
  for (const entry of pageEntries(page)) {
    if (entry.kind === 'help') helpText = entry.text;
    if (entry.kind === 'type') {
      families.push({
        name: entry.name,
        help: helpText ?? '',
        unit: '',
        type: entry.type as MetricFamily['type'],
        metrics: [],
      });
      helpText = undefined;
    }
    if (entry.kind === 'series') addSample(page, entry.row, families.at(-1) as OpenFamily);
  }
  return families;
}

function addSample(page: ScannedPage, row: number, family: OpenFamily): void {
  const pairs = seriesPairs(page, row);
  const at = (name: string): string => pairs[pairs.indexOf(name) + 1] as string;
  const bound = family.type === 'histogram' ? 'le' : family.type === 'summary' ? 'quantile' : '';
  const labels = pairs.filter((_, i) => {
    const name = pairs[i - (i % 2)];
    return name !== '__name__' && name !== bound;
  });
  const value = page.values[row] as number;
  const suffix = at('__name__').slice(family.name.length);
  const point = pointOf(family, labels, suffix);
  const timestamp = page.timestamps[row] as number;
  if (!Number.isNaN(timestamp)) point.timestampMs = timestamp;
  if (suffix === '_sum') point.sum = value;
  else if (suffix === '_count') point.count = value;
  else if (suffix === '_bucket') point.buckets = [...(point.buckets ?? []), [number(at('le')), value]];
  else if (family.type === 'summary')
    point.quantiles = [...(point.quantiles ?? []), [number(at('quantile')), value]];
  else point.value = value;
}

/** Samples of one distribution stand together; any other sample is a point of its own. */
function pointOf(family: OpenFamily, labels: string[], suffix: string): Writable<MetricPoint> {
  const last = family.metrics.at(-1);
  const isPart = family.type === 'histogram' || family.type === 'summary';
  const isSame =
    last !== undefined && last.labels.join('\0') === labels.join('\0') && last.count === undefined;
  if (isPart && isSame && (suffix !== '' || family.type === 'summary')) return last;
  const point: Writable<MetricPoint> = { labels, value: 0 };
  family.metrics.push(point);
  return point;
}
