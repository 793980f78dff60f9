/** The labels of a target before and after relabelling. Source: scrape/target.go; texts are upstream's. */
import { formatDuration, parseDuration, parseGoBool, quoteGo } from '../base/index.js';
import { checkTargetAddress } from '../discovery/options.js';
import { type Labels, LabelsBuilder, relabel } from '../model/index.js';
import type { ScrapeOptions } from './options.js';

export const nativeHistogramsLabel = '__scrape_native_histograms__';
export const classicHistogramsLabel = '__always_scrape_classic_histograms__';
export const convertHistogramsLabel = '__convert_classic_histograms_to_nhcb__';
export const unixSocketLabel = '__unix_socket__';

export interface DiscoveredTarget {
  readonly target: Labels;
  readonly group: Labels;
}

/** What discovery found, with the job's own labels where discovery gave none. */
export function discoveredLabels(options: ScrapeOptions, { target, group }: DiscoveredTarget): LabelsBuilder {
  const builder = new LabelsBuilder(group);
  for (const [name, value] of target) builder.set(name, value);
  const own: readonly (readonly [string, string])[] = [
    ['job', options.jobName],
    ['__scrape_interval__', formatDuration(options.scrapeIntervalMs)],
    ['__scrape_timeout__', formatDuration(options.scrapeTimeoutMs)],
    ['__metrics_path__', options.metricsPath],
    ['__scheme__', options.scheme],
    [convertHistogramsLabel, String(options.convertClassicHistogramsToNhcb)],
    [classicHistogramsLabel, String(options.alwaysScrapeClassicHistograms)],
    [nativeHistogramsLabel, String(options.scrapeNativeHistograms)],
  ];
  for (const [name, value] of own) if (builder.get(name) === '') builder.set(name, value);
  for (const [name, values] of options.params) {
    const label = `__param_${name}`;
    if (values.length > 0 && builder.get(label) === '') builder.set(label, values[0] as string);
  }
  return builder;
}

export type TargetLabels =
  | { readonly kind: 'active'; readonly labels: Labels }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'invalid'; readonly error: string };

const invalid = (error: string): TargetLabels => ({ kind: 'invalid', error });

/** Relabels what discovery found and checks that it can be scraped. */
export function targetLabels(options: ScrapeOptions, discovered: DiscoveredTarget): TargetLabels {
  const builder = discoveredLabels(options, discovered);
  if (!relabel(builder, options.relabelConfigs, options.metricNameValidationScheme))
    return { kind: 'dropped' };
  const address = builder.get('__address__');
  if (address === '') return invalid('no address');
  const problem = checkTargetAddress(address) ?? timingProblem(builder) ?? flagProblem(builder);
  if (problem !== undefined) return invalid(problem);
  for (const [name] of builder.entries()) if (name.startsWith('__meta_')) builder.delete(name);
  if (builder.get('instance') === '') builder.set('instance', address);
  const labels = builder.labels();
  for (const [name, value] of labels) {
    if (!value.isWellFormed()) return invalid(`invalid label value for ${quoteGo(name)}: ${quoteGo(value)}`);
  }
  return { kind: 'active', labels };
}

function timingProblem(builder: LabelsBuilder): string | undefined {
  const intervalText = builder.get('__scrape_interval__');
  const interval = parseDuration(intervalText);
  if (!interval.ok) return `error parsing scrape interval: ${interval.error}`;
  if (interval.ms === 0) return 'scrape interval cannot be 0';
  const timeoutText = builder.get('__scrape_timeout__');
  const timeout = parseDuration(timeoutText);
  if (!timeout.ok) return `error parsing scrape timeout: ${timeout.error}`;
  if (timeout.ms === 0) return 'scrape timeout cannot be 0';
  if (timeout.ms > interval.ms) {
    const both = `${quoteGo(timeoutText)} > ${quoteGo(intervalText)}`;
    return `scrape timeout cannot be greater than scrape interval (${both})`;
  }
  return undefined;
}

function flagProblem(builder: LabelsBuilder): string | undefined {
  for (const [name, words] of [
    [convertHistogramsLabel, 'convert classic histograms to nhcb'],
    [classicHistogramsLabel, 'always scrape classic histograms'],
    [nativeHistogramsLabel, 'scrape native histograms'],
  ] as const) {
    const value = builder.get(name);
    if (value !== '' && parseGoBool(value) === undefined) {
      return `error parsing ${words}: strconv.ParseBool: parsing ${quoteGo(value)}: invalid syntax`;
    }
  }
  return undefined;
}
