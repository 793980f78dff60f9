import { compareUtf8, formatDuration } from '../base/index.js';
import { discoveryFields, writtenDiscovery } from '../discovery/options.js';
import { httpClientFields } from '../http/options.js';
import type { RelabelRule } from '../model/index.js';
import { remoteRead, remoteWrite } from '../remote/options.js';
import type { ScrapeOptions } from '../scrape/options.js';
import type { StorageOptions } from '../tsdb/options.js';
import {
  type Fields,
  formatBase2Bytes,
  list,
  map,
  optional,
  type Schema,
  type StructOf,
  string,
  struct,
  writeYaml,
  type YamlValue,
} from '../yaml/index.js';
import { alerting } from './alerting.js';
import type { Config, Job } from './config.js';
import type { GlobalConfig } from './global.js';
import { otlp } from './otlp.js';
import { tracing } from './tracing.js';

type Entries = (readonly [key: string, value: YamlValue])[];

export interface RenderOptions {
  /** What the server keeps samples for, which upstream shows as part of `storage`. */
  readonly retention?: {
    readonly timeMs?: number;
    readonly sizeBytes?: number;
    readonly percentage?: number;
  };
}

/** The configuration as /api/v1/status/config shows it: everything filled in, secrets as `<secret>`. */
export function renderConfig(config: Config, options: RenderOptions = {}): string {
  const entries: Entries = [
    ['global', new Map(globalEntries(config.global))],
    ['runtime', new Map([['gogc', config.goGcPercent]])],
    ...block('alerting', alerting(), config.alerting),
    ...listEntry('rule_files', config.ruleFiles),
    ...listEntry('scrape_config_files', config.scrapeConfigFiles),
    ...(config.jobs.length > 0 ? [['scrape_configs', config.jobs.map(renderJob)] as const] : []),
    ['storage', renderStorage(config.storage, options)],
    ...block('tracing', optional(tracing()), config.tracing),
    ...block('remote_write', list(remoteWrite()), config.remoteWrite),
    ...block('remote_read', list(remoteRead()), config.remoteRead),
    ...block('otlp', otlp(), config.otlp),
  ];
  return writeYaml(new Map(entries));
}

/** One job alone, as /api/v1/scrape_pools/config shows it. */
export function renderScrapeConfig(job: Job): string {
  return writeYaml(renderJob(job));
}

/** Nothing where it is empty. */
function block<T>(key: string, schema: Schema<T>, value: T): Entries {
  return schema.isZero(value) ? [] : [[key, schema.print(value)]];
}

function entriesOf<F extends Fields>(fields: F, value: StructOf<F>): Entries {
  return [...(struct(fields, { typeName: '' }).print(value) as ReadonlyMap<string, YamlValue>)];
}

function listEntry(key: string, values: readonly string[]): Entries {
  return values.length > 0 ? [[key, values]] : [];
}

const textEntry = (key: string, text: string): Entries => (text === '' ? [] : [[key, text]]);
const numberEntry = (key: string, value: number): Entries => (value === 0 ? [] : [[key, value]]);
const trueEntry = (key: string, value: boolean): Entries => (value ? [[key, true]] : []);
const durationEntry = (key: string, ms: number): Entries => (ms === 0 ? [] : [[key, formatDuration(ms)]]);
const sizeEntry = (key: string, bytes: number): Entries =>
  bytes === 0 ? [] : [[key, formatBase2Bytes(bytes)]];

function globalEntries(global: GlobalConfig): Entries {
  return [
    ...durationEntry('scrape_interval', global.scrapeInterval),
    ...durationEntry('scrape_timeout', global.scrapeTimeout),
    ...listEntry('scrape_protocols', global.scrapeProtocols ?? []),
    ...durationEntry('evaluation_interval', global.evaluationInterval),
    ...durationEntry('rule_query_offset', global.ruleQueryOffset),
    ...textEntry('query_log_file', global.queryLogFile),
    ...textEntry('scrape_failure_log_file', global.scrapeFailureLogFile),
    ...block('external_labels', map(string()), new Map(global.shownExternalLabels)),
    ...limitEntries(global),
    ...numberEntry('keep_dropped_targets', global.keepDroppedTargets),
    ['metric_name_validation_scheme', global.metricNameValidationScheme],
    ...textEntry('metric_name_escaping_scheme', global.metricNameEscapingScheme),
    ['scrape_native_histograms', global.scrapeNativeHistograms ?? false],
    ...trueEntry('convert_classic_histograms_to_nhcb', global.convertClassicHistogramsToNhcb),
    ...trueEntry('always_scrape_classic_histograms', global.alwaysScrapeClassicHistograms),
    ['extra_scrape_metrics', global.extraScrapeMetrics ?? false],
  ];
}

interface Limits {
  readonly bodySizeLimit: number;
  readonly sampleLimit: number;
  readonly targetLimit: number;
  readonly labelLimit: number;
  readonly labelNameLengthLimit: number;
  readonly labelValueLengthLimit: number;
}

function limitEntries(limits: Limits): Entries {
  return [
    ...sizeEntry('body_size_limit', limits.bodySizeLimit),
    ...numberEntry('sample_limit', limits.sampleLimit),
    ...numberEntry('target_limit', limits.targetLimit),
    ...numberEntry('label_limit', limits.labelLimit),
    ...numberEntry('label_name_length_limit', limits.labelNameLengthLimit),
    ...numberEntry('label_value_length_limit', limits.labelValueLengthLimit),
  ];
}

function renderJob({ scrape, discovery }: Job): ReadonlyMap<string, YamlValue> {
  return new Map([
    ...scrapeEntries(scrape),
    ...entriesOf(httpClientFields(), scrape.http),
    ...rulesEntry('relabel_configs', scrape.relabelConfigs),
    ...rulesEntry('metric_relabel_configs', scrape.metricRelabelConfigs),
    ...entriesOf(discoveryFields(), writtenDiscovery(discovery)),
  ]);
}

function scrapeEntries(scrape: ScrapeOptions): Entries {
  const params = [...scrape.params].sort(([a], [b]) => compareUtf8(a, b));
  return [
    ['job_name', scrape.jobName],
    ...trueEntry('honor_labels', scrape.honorLabels),
    ['honor_timestamps', scrape.honorTimestamps],
    ['track_timestamps_staleness', scrape.trackTimestampsStaleness],
    ...(params.length > 0 ? [['params', new Map(params)] as const] : []),
    ['scrape_interval', formatDuration(scrape.scrapeIntervalMs)],
    ['scrape_timeout', formatDuration(scrape.scrapeTimeoutMs)],
    ...listEntry('scrape_protocols', scrape.scrapeProtocols),
    ...textEntry('fallback_scrape_protocol', scrape.fallbackScrapeProtocol),
    ['scrape_native_histograms', scrape.scrapeNativeHistograms],
    ['always_scrape_classic_histograms', scrape.alwaysScrapeClassicHistograms],
    ['convert_classic_histograms_to_nhcb', scrape.convertClassicHistogramsToNhcb],
    ...textEntry('scrape_failure_log_file', scrape.scrapeFailureLogFile),
    ...textEntry('metrics_path', scrape.metricsPath),
    ...textEntry('scheme', scrape.scheme),
    ['enable_compression', scrape.enableCompression],
    ...limitEntries(scrape),
    ...numberEntry('native_histogram_bucket_limit', scrape.nativeHistogramBucketLimit),
    ...numberEntry('native_histogram_min_bucket_factor', scrape.nativeHistogramMinBucketFactor),
    ...numberEntry('keep_dropped_targets', scrape.keepDroppedTargets),
    ['metric_name_validation_scheme', scrape.metricNameValidationScheme],
    ['metric_name_escaping_scheme', scrape.metricNameEscapingScheme],
    ['extra_scrape_metrics', scrape.extraScrapeMetrics],
  ];
}

function rulesEntry(key: string, rules: readonly RelabelRule[]): Entries {
  return rules.length === 0 ? [] : [[key, rules.map(renderRule)]];
}

function renderRule(rule: RelabelRule): ReadonlyMap<string, YamlValue> {
  const sources = rule.sourceLabels ?? [];
  const entries: Entries = [
    ...(sources.length > 0 ? [['source_labels', { flow: sources }] as const] : []),
    ['separator', rule.separator],
    ...(rule.regex === undefined ? [] : [['regex', rule.regex.pattern] as const]),
    ...(rule.modulus === 0n ? [] : [['modulus', { verbatim: String(rule.modulus) }] as const]),
    ...textEntry('target_label', rule.targetLabel),
    ['replacement', rule.replacement],
    ...textEntry('action', rule.action),
  ];
  return new Map(entries);
}

/** `outofordertimewindow` is a field of upstream's without a key of its own, which its YAML so shows. */
function renderStorage({ tsdb, exemplars }: StorageOptions, options: RenderOptions): YamlValue {
  const windowMs = tsdb?.outOfOrderTimeWindow ?? 0;
  const { timeMs = 0, sizeBytes = 0, percentage = 0 } = options.retention ?? {};
  const {
    time,
    size,
    percentage: percent,
  } = tsdb?.retention ?? { time: timeMs, size: sizeBytes, percentage };
  const retention: Entries = [
    ...durationEntry('time', time),
    ...sizeEntry('size', size),
    ...numberEntry('percentage', percent),
  ];
  const floats = tsdb?.chunkEncoding.floats ?? '';
  const shown = new Map<string, YamlValue>([
    ['outofordertimewindow', windowMs],
    ...durationEntry('out_of_order_time_window', windowMs),
    ...numberEntry('stale_series_compaction_threshold', tsdb?.staleSeriesCompactionThreshold ?? 0),
    ...(floats === '' ? [] : [['chunk_encoding', new Map([['floats', floats]])] as const]),
    ['retention', new Map(retention)],
  ]);
  return new Map<string, YamlValue>([
    ['tsdb', shown],
    ...(exemplars === undefined
      ? []
      : [['exemplars', new Map(numberEntry('max_exemplars', exemplars.maxExemplars))] as const]),
  ]);
}
