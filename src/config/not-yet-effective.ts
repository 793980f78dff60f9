import { mechanisms, runnableMechanisms } from '../discovery/options.js';

/** The part of a written configuration that is looked at here. */
interface Looked {
  readonly alerting: { readonly alertmanagers: readonly unknown[] };
  readonly tracing: unknown;
  readonly remoteWrite: unknown;
  readonly remoteRead: unknown;
  readonly ruleFiles: readonly string[];
  readonly scrapeConfigFiles: readonly string[];
  readonly global: object | undefined;
  readonly scrapeConfigs: readonly (object | undefined)[];
}

const topKeys = [
  ['rule_files', 'ruleFiles'],
  ['scrape_config_files', 'scrapeConfigFiles'],
  ['tracing', 'tracing'],
  ['remote_write', 'remoteWrite'],
  ['remote_read', 'remoteRead'],
] as const;

/** Keys of a job or of `global` that are read and that nothing acts on, with how to see that one is set. */
const jobKeys: readonly (readonly [path: string, property: string])[] = [
  ['scrape_native_histograms', 'scrapeNativeHistograms'],
  ['convert_classic_histograms_to_nhcb', 'convertClassicHistogramsToNhcb'],
  ['native_histogram_bucket_limit', 'nativeHistogramBucketLimit'],
  ['native_histogram_min_bucket_factor', 'nativeHistogramMinBucketFactor'],
  ['scrape_failure_log_file', 'scrapeFailureLogFile'],
  ['oauth2', 'oauth2'],
  ['no_proxy', 'noProxy'],
  ['proxy_from_environment', 'proxyFromEnvironment'],
  ['proxy_connect_header', 'proxyConnectHeader'],
  ...mechanisms
    .filter((name) => !runnableMechanisms.has(name))
    .map((name) => [`${name}_sd_configs`, `${name}SdConfigs`] as const),
];
const globalKeys: readonly (readonly [path: string, property: string])[] = [
  ['query_log_file', 'queryLogFile'],
  ...jobKeys.slice(0, 5),
];

/** Each key once, in a fixed order: `remote_write`, `scrape_configs[].oauth2`. */
export function findNotYetEffective(written: Looked): string[] {
  const found: string[] = [];
  if (isSet(written.alerting.alertmanagers)) found.push('alerting');
  for (const [key, property] of topKeys) if (isSet(written[property])) found.push(key);
  for (const [key, property] of globalKeys) {
    if (isSet(propertyOf(written.global, property))) found.push(`global.${key}`);
  }
  for (const [key, property] of jobKeys) {
    if (written.scrapeConfigs.some((job) => isSet(propertyOf(job, property)))) {
      found.push(`scrape_configs[].${key}`);
    }
  }
  return found;
}

function propertyOf(object: object | undefined, name: string): unknown {
  return object === undefined ? undefined : (object as Record<string, unknown>)[name];
}

function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  return value !== undefined && value !== null && value !== '' && value !== 0 && value !== false;
}
