import { quoteGo } from '../base/index.js';
import { isLabelName, Labels } from '../model/index.js';
import { type CompleteGlobal, globalScrapeFields, protocolsProblem } from '../scrape/options.js';
import { duration, map, type Schema, type StructOf, string, struct } from '../yaml/index.js';
import { expandEnv } from './expand-env.js';

function globalFields() {
  return {
    ...globalScrapeFields(),
    evaluation_interval: duration(),
    rule_query_offset: duration(),
    query_log_file: string(),
    external_labels: map(string(), 'map[string]string'),
  };
}
export type WrittenGlobal = StructOf<ReturnType<typeof globalFields>>;

export type GlobalConfig = Omit<WrittenGlobal, 'externalLabels' | 'metricNameValidationScheme'> &
  CompleteGlobal & {
    readonly externalLabels: Labels;
    /** The same, with those whose variable is empty. */
    readonly shownExternalLabels: ReadonlyMap<string, string>;
  };

const defaultIntervalMs = 60_000;
const defaultTimeoutMs = 10_000;

/** Source: config.go GlobalConfig.UnmarshalYAML; what it reports ends upstream's reading at once. */
export function globalSchema(): Schema<WrittenGlobal> {
  return struct(globalFields(), {
    typeName: 'config.plain',
    check(global, report) {
      const scheme = global.metricNameValidationScheme || 'utf8';
      for (const [name, value] of global.externalLabels) {
        if (!isLabelName(name, scheme)) {
          return report(`${quoteGo(name)} is not a valid label name`, { key: 'external_labels' });
        }
        if (!value.isWellFormed()) {
          return report(`${quoteGo(value)} is not a valid label value`, { key: 'external_labels' });
        }
      }
      if (global.scrapeTimeout > (global.scrapeInterval || defaultIntervalMs)) {
        return report('global scrape timeout greater than scrape interval', { key: 'scrape_timeout' });
      }
      const protocols = global.scrapeProtocols && protocolsProblem(global.scrapeProtocols);
      if (protocols !== undefined) report(`${protocols} for global config`, { key: 'scrape_protocols' });
    },
  });
}

/** What no block, or an empty one, stands for. */
export function defaultGlobal(): WrittenGlobal {
  return { ...globalSchema().absent(), metricNameEscapingScheme: 'allow-utf-8' };
}

/** Fills in defaults and expands environment variables in the external labels' values. */
export function completeGlobal(
  written: WrittenGlobal,
  env: (name: string) => string | undefined,
  onEmptyVariable: (name: string) => void,
): GlobalConfig {
  const scrapeInterval = written.scrapeInterval || defaultIntervalMs;
  const expand = (text: string): string =>
    expandEnv(text, (name) => {
      const value = env(name) ?? '';
      if (value === '') onEmptyVariable(name);
      return value;
    });
  const labels = [...written.externalLabels].map(([name, value]) => [name, expand(value)] as const);
  return {
    ...written,
    scrapeInterval,
    scrapeTimeout: written.scrapeTimeout || Math.min(defaultTimeoutMs, scrapeInterval),
    evaluationInterval: written.evaluationInterval || defaultIntervalMs,
    metricNameValidationScheme: written.metricNameValidationScheme || 'utf8',
    scrapeNativeHistograms: written.scrapeNativeHistograms ?? false,
    extraScrapeMetrics: written.extraScrapeMetrics ?? false,
    externalLabels: Labels.fromPairs(...labels.flat()),
    shownExternalLabels: new Map(labels),
  };
}
