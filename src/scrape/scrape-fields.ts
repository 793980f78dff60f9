/** The scrape part of `global` and of a job. Source: config/config.go (GlobalConfig, ScrapeConfig); texts are upstream's. */
import { quoteGo } from '../base/index.js';
import { type ScrapeProtocol, scrapeProtocols } from '../exposition/index.js';
import type { HttpClientOptions } from '../http/options.js';
import type { EscapingScheme, NameValidationScheme, RelabelRule } from '../model/index.js';
import {
  bool,
  duration,
  type Fields,
  float,
  list,
  map,
  optional,
  type Report,
  refine,
  relabelRule,
  type Schema,
  type StructOf,
  size,
  string,
  uint,
  withDefault,
} from '../yaml/index.js';

export const defaultProtocols: readonly ScrapeProtocol[] = [
  'OpenMetricsText1.0.0',
  'OpenMetricsText0.0.1',
  'PrometheusText1.0.0',
  'PrometheusText0.0.4',
];

function validationScheme(): Schema<NameValidationScheme | ''> {
  return refine<string, NameValidationScheme | ''>(string(), {
    zero: '',
    convert(text, report) {
      if (text === 'utf8' || text === 'legacy' || text === '') return text;
      report(`unrecognized ValidationScheme: ${quoteGo(text)}`);
      return undefined;
    },
  });
}

function limitFields() {
  return {
    body_size_limit: size(),
    sample_limit: uint(),
    target_limit: uint(),
    label_limit: uint(),
    label_name_length_limit: uint(),
    label_value_length_limit: uint(),
    keep_dropped_targets: uint(),
  } satisfies Fields;
}

/** The keys of `global` that jobs inherit. */
export function globalScrapeFields() {
  return {
    scrape_interval: duration(),
    scrape_timeout: duration(),
    scrape_protocols: optional(protocolList()),
    scrape_failure_log_file: string(),
    ...limitFields(),
    metric_name_validation_scheme: validationScheme(),
    metric_name_escaping_scheme: string(),
    scrape_native_histograms: optional(bool()),
    convert_classic_histograms_to_nhcb: bool(),
    always_scrape_classic_histograms: bool(),
    extra_scrape_metrics: optional(bool()),
  } satisfies Fields;
}
export type GlobalScrapeOptions = StructOf<ReturnType<typeof globalScrapeFields>>;

function protocolList(): Schema<string[]> {
  return { ...list(string()), typeName: '[]config.ScrapeProtocol' };
}

/** The keys of a job, save those of discovery and of the HTTP client. */
export function scrapeFields() {
  return {
    job_name: string(),
    honor_labels: bool(),
    honor_timestamps: withDefault(bool(), true),
    track_timestamps_staleness: bool(),
    params: map(list(string()), 'url.Values'),
    scrape_interval: duration(),
    scrape_timeout: duration(),
    scrape_protocols: optional(protocolList()),
    fallback_scrape_protocol: { ...string(), typeName: 'config.ScrapeProtocol' },
    scrape_native_histograms: optional(bool()),
    always_scrape_classic_histograms: optional(bool()),
    convert_classic_histograms_to_nhcb: optional(bool()),
    scrape_failure_log_file: string(),
    metrics_path: withDefault(string(), '/metrics'),
    scheme: withDefault(string(), 'http'),
    enable_compression: withDefault(bool(), true),
    ...limitFields(),
    native_histogram_bucket_limit: uint(),
    native_histogram_min_bucket_factor: float(),
    metric_name_validation_scheme: validationScheme(),
    metric_name_escaping_scheme: string(),
    extra_scrape_metrics: optional(bool()),
    relabel_configs: list(optional(relabelRule())),
    metric_relabel_configs: list(optional(relabelRule())),
  } satisfies Fields;
}
export type WrittenScrape = StructOf<ReturnType<typeof scrapeFields>>;

/** A job's options with everything inherited from `global` filled in. Durations in ms, sizes in bytes, 0 for no limit. */
export interface ScrapeOptions {
  readonly jobName: string;
  readonly honorLabels: boolean;
  readonly honorTimestamps: boolean;
  readonly trackTimestampsStaleness: boolean;
  readonly params: ReadonlyMap<string, readonly string[]>;
  readonly scrapeIntervalMs: number;
  readonly scrapeTimeoutMs: number;
  readonly scrapeProtocols: readonly ScrapeProtocol[];
  readonly fallbackScrapeProtocol: ScrapeProtocol | '';
  readonly scrapeNativeHistograms: boolean;
  readonly alwaysScrapeClassicHistograms: boolean;
  readonly convertClassicHistogramsToNhcb: boolean;
  readonly scrapeFailureLogFile: string;
  readonly metricsPath: string;
  readonly scheme: string;
  readonly enableCompression: boolean;
  readonly bodySizeLimit: number;
  readonly sampleLimit: number;
  readonly targetLimit: number;
  readonly labelLimit: number;
  readonly labelNameLengthLimit: number;
  readonly labelValueLengthLimit: number;
  readonly keepDroppedTargets: number;
  readonly nativeHistogramBucketLimit: number;
  readonly nativeHistogramMinBucketFactor: number;
  readonly metricNameValidationScheme: NameValidationScheme;
  readonly metricNameEscapingScheme: EscapingScheme;
  readonly extraScrapeMetrics: boolean;
  readonly http: HttpClientOptions;
  readonly relabelConfigs: readonly RelabelRule[];
  readonly metricRelabelConfigs: readonly RelabelRule[];
}

/** What stands at the job itself is checked while it is read. */
export function checkScrape(scrape: WrittenScrape, report: Report): boolean {
  if (scrape.jobName === '') {
    report('job_name is empty', { key: 'job_name' });
    return false;
  }
  return true;
}

export function checkScrapeRules(scrape: WrittenScrape, report: Report): void {
  if (scrape.relabelConfigs.includes(undefined)) {
    report('empty or null target relabeling rule in scrape config', { key: 'relabel_configs' });
  }
  if (scrape.metricRelabelConfigs.includes(undefined)) {
    report('empty or null metric relabeling rule in scrape config', { key: 'metric_relabel_configs' });
  }
}

/** Upstream's text for a list of protocols that cannot be asked for. */
export function protocolsProblem(protocols: readonly string[]): string | undefined {
  if (protocols.length === 0) return 'scrape_protocols cannot be empty';
  const seen = new Set<string>();
  for (const protocol of protocols) {
    if (seen.has(protocol.toLowerCase())) {
      return `duplicated protocol in scrape_protocols, got [${protocols.join(' ')}]`;
    }
    const unknown = protocolProblem(protocol);
    if (unknown !== undefined) return `scrape_protocols: ${unknown}`;
    seen.add(protocol.toLowerCase());
  }
  return undefined;
}

export function protocolProblem(protocol: string): string | undefined {
  const known: readonly string[] = scrapeProtocols;
  if (known.includes(protocol)) return undefined;
  const names = known.toSorted();
  return `unknown scrape protocol ${protocol}, supported: [${names.join(' ')}]`;
}
