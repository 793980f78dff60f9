import { quoteGo } from '../base/index.js';
import type { ScrapeProtocol } from '../exposition/index.js';
import { type HttpClientOptions, takeHttpClient } from '../http/options.js';
import { checkRelabelRule, type EscapingScheme, escapingSchemes, type RelabelRule } from '../model/index.js';
import {
  defaultProtocols,
  type GlobalScrapeOptions,
  protocolProblem,
  protocolsProblem,
  type ScrapeOptions,
  type WrittenScrape,
} from './scrape-fields.js';

/** What a job inherits, its own blanks filled in: interval, timeout and schemes are always set. */
export type CompleteGlobal = GlobalScrapeOptions & {
  readonly metricNameValidationScheme: 'utf8' | 'legacy';
};

export interface OptionProblem {
  readonly text: string;
  /** The key of the job that it is about. */
  readonly key: string;
}

/** Fills in what the job inherits and checks the result. Source: config.go ScrapeConfig.Validate. */
export function completeScrapeOptions(
  job: WrittenScrape & HttpClientOptions,
  global: CompleteGlobal,
): { options: ScrapeOptions } | { problem: OptionProblem } {
  const inName = `for scrape config with job name ${quoteGo(job.jobName)}`;
  const fail = (text: string, key: string) => ({ problem: { text, key } });
  const scrapeIntervalMs = job.scrapeInterval || global.scrapeInterval;
  if (job.scrapeTimeout > scrapeIntervalMs) {
    return fail(`scrape timeout greater than scrape interval ${inName}`, 'scrape_timeout');
  }
  const native = job.scrapeNativeHistograms ?? global.scrapeNativeHistograms ?? false;
  const protocols = job.scrapeProtocols ?? global.scrapeProtocols ?? inferredProtocols(native);
  const badProtocols = protocolsProblem(protocols);
  if (badProtocols !== undefined) return fail(`${badProtocols} ${inName}`, 'scrape_protocols');
  const fallback = job.fallbackScrapeProtocol;
  const badFallback = fallback === '' ? undefined : protocolProblem(fallback);
  if (badFallback !== undefined) {
    return fail(`invalid fallback_scrape_protocol ${inName}: ${badFallback}`, 'fallback_scrape_protocol');
  }
  const schemes = nameSchemes(job, global);
  if ('problem' in schemes) return schemes;
  const rules = [...job.relabelConfigs, ...job.metricRelabelConfigs].filter((rule) => rule !== undefined);
  for (const rule of rules) {
    const text = checkRelabelRule(rule, schemes.validation);
    if (text !== undefined) {
      return fail(text, job.relabelConfigs.includes(rule) ? 'relabel_configs' : 'metric_relabel_configs');
    }
  }
  return {
    options: {
      ...inherited(job, global),
      scrapeIntervalMs,
      scrapeTimeoutMs: job.scrapeTimeout || Math.min(global.scrapeTimeout, scrapeIntervalMs),
      scrapeProtocols: protocols as ScrapeProtocol[],
      fallbackScrapeProtocol: fallback as ScrapeProtocol | '',
      scrapeNativeHistograms: native,
      metricNameValidationScheme: schemes.validation,
      metricNameEscapingScheme: schemes.escaping,
    },
  };
}

function inferredProtocols(native: boolean): readonly ScrapeProtocol[] {
  return native ? ['PrometheusProto', ...defaultProtocols] : defaultProtocols;
}

type Inherited = Omit<
  ScrapeOptions,
  | 'scrapeIntervalMs'
  | 'scrapeTimeoutMs'
  | 'scrapeProtocols'
  | 'fallbackScrapeProtocol'
  | 'scrapeNativeHistograms'
  | 'metricNameValidationScheme'
  | 'metricNameEscapingScheme'
>;

function inherited(job: WrittenScrape & HttpClientOptions, global: GlobalScrapeOptions): Inherited {
  const given = (rules: readonly (RelabelRule | undefined)[]): RelabelRule[] =>
    rules.filter((rule) => rule !== undefined);
  return {
    jobName: job.jobName,
    honorLabels: job.honorLabels,
    honorTimestamps: job.honorTimestamps,
    trackTimestampsStaleness: job.trackTimestampsStaleness,
    params: job.params,
    alwaysScrapeClassicHistograms: job.alwaysScrapeClassicHistograms ?? global.alwaysScrapeClassicHistograms,
    convertClassicHistogramsToNhcb:
      job.convertClassicHistogramsToNhcb ?? global.convertClassicHistogramsToNhcb,
    scrapeFailureLogFile: job.scrapeFailureLogFile || global.scrapeFailureLogFile,
    metricsPath: job.metricsPath,
    scheme: job.scheme,
    enableCompression: job.enableCompression,
    bodySizeLimit: job.bodySizeLimit || global.bodySizeLimit,
    sampleLimit: job.sampleLimit || global.sampleLimit,
    targetLimit: job.targetLimit || global.targetLimit,
    labelLimit: job.labelLimit || global.labelLimit,
    labelNameLengthLimit: job.labelNameLengthLimit || global.labelNameLengthLimit,
    labelValueLengthLimit: job.labelValueLengthLimit || global.labelValueLengthLimit,
    keepDroppedTargets: job.keepDroppedTargets || global.keepDroppedTargets,
    nativeHistogramBucketLimit: job.nativeHistogramBucketLimit,
    nativeHistogramMinBucketFactor: job.nativeHistogramMinBucketFactor,
    extraScrapeMetrics: job.extraScrapeMetrics ?? global.extraScrapeMetrics ?? false,
    http: takeHttpClient(job),
    relabelConfigs: given(job.relabelConfigs),
    metricRelabelConfigs: given(job.metricRelabelConfigs),
  };
}

type Schemes = { validation: 'utf8' | 'legacy'; escaping: EscapingScheme };

/** A job that says how names are validated infers its escaping from that, any other inherits it. */
function nameSchemes(job: WrittenScrape, global: CompleteGlobal): Schemes | { problem: OptionProblem } {
  const fail = (text: string) => ({ problem: { text, key: 'metric_name_escaping_scheme' } });
  const inferred = (scheme: 'utf8' | 'legacy'): EscapingScheme =>
    scheme === 'legacy' ? 'underscores' : 'allow-utf-8';
  const validation = job.metricNameValidationScheme || global.metricNameValidationScheme;
  const fromGlobal = global.metricNameEscapingScheme || inferred(global.metricNameValidationScheme);
  if (!isEscaping(fromGlobal)) return fail(unknownEscaping('global', fromGlobal));
  const escaping =
    job.metricNameEscapingScheme ||
    (job.metricNameValidationScheme === '' ? fromGlobal : inferred(validation));
  if (!isEscaping(escaping)) return fail(unknownEscaping('scrape config', escaping));
  if (escaping === 'allow-utf-8' && validation !== 'utf8') {
    return fail('utf8 metric names requested but validation scheme is not set to UTF8');
  }
  return { validation, escaping };
}

function isEscaping(scheme: string): scheme is EscapingScheme {
  return (escapingSchemes as readonly string[]).includes(scheme);
}

function unknownEscaping(where: string, found: string): string {
  const names = "'allow-utf-8', 'underscores', 'dots', or 'values'";
  return `unknown ${where} name escaping method specified, must be one of ${names}, got ${quoteGo(found)}`;
}
