import {
  checkDiscovery,
  checkStaticTargets,
  discoveryFields,
  resolveDiscoveryPaths,
  takeDiscovery,
  writtenDiscovery,
} from '../discovery/options.js';
import {
  type HttpClientOptions,
  httpClientFields,
  httpClientStruct,
  resolveHttpPaths,
  sigV4,
} from '../http/options.js';
import {
  duration,
  list,
  optional,
  printed,
  refine,
  relabelRule,
  type Schema,
  type StructOf,
  string,
  struct,
  withDefault,
} from '../yaml/index.js';

function apiVersion(): Schema<string> {
  return refine(string(), {
    zero: '',
    convert(text, report) {
      if (text === 'v2') return text;
      report(`expected Alertmanager api version to be one of [v2] but got ${text}`);
      return undefined;
    },
  });
}

function alertmanagerFields() {
  return {
    ...httpClientFields(),
    sigv4: optional(sigV4()),
    scheme: withDefault(string(), 'http'),
    path_prefix: string(),
    timeout: withDefault(duration(), 10_000),
    api_version: printed(withDefault(apiVersion(), 'v2')),
    relabel_configs: list(optional(relabelRule())),
    alert_relabel_configs: list(optional(relabelRule())),
    ...discoveryFields(),
  };
}
export type AlertmanagerOptions = StructOf<ReturnType<typeof alertmanagerFields>>;

/** Source: config.go (AlertmanagerConfig). */
function alertmanager(): Schema<AlertmanagerOptions> {
  return httpClientStruct(alertmanagerFields(), {
    typeName: 'config.AlertmanagerConfig',
    check: (options, report) => checkDiscovery(options, report),
    checkBehind(options, report) {
      const { basicAuth, authorization, oauth2, sigv4, relabelConfigs, alertRelabelConfigs } = options;
      const hasAuth = [basicAuth, authorization, oauth2].some((auth) => auth !== undefined);
      if (hasAuth && sigv4 !== undefined)
        return report('at most one of basic_auth, authorization, oauth2, & sigv4 must be configured');
      if (relabelConfigs.length === 0) checkStaticTargets(options.staticConfigs, report);
      if (relabelConfigs.includes(undefined))
        report('empty or null Alertmanager target relabeling rule', { key: 'relabel_configs' });
      if (alertRelabelConfigs.includes(undefined))
        report('empty or null Alertmanager alert relabeling rule', { key: 'alert_relabel_configs' });
    },
  });
}

function fields() {
  return {
    alert_relabel_configs: list(optional(relabelRule())),
    alertmanagers: list(optional(alertmanager())),
  };
}
export type AlertingOptions = StructOf<ReturnType<typeof fields>>;

/** The block `alerting`. Source: config.go (AlertingConfig). */
export function alerting(): Schema<AlertingOptions> {
  return struct(fields(), {
    typeName: 'config.plain',
    check({ alertRelabelConfigs }, report) {
      if (alertRelabelConfigs.includes(undefined))
        report('empty or null alert relabeling rule', { key: 'alert_relabel_configs' });
    },
  });
}

/** Joins relative paths with the directory of the file that names them. */
export function resolveAlertingPaths(options: AlertingOptions, directory: string): AlertingOptions {
  const resolve = (one: AlertmanagerOptions): AlertmanagerOptions => ({
    ...one,
    ...resolveHttpPaths(one as HttpClientOptions, directory),
    ...writtenDiscovery(resolveDiscoveryPaths(takeDiscovery(one), directory)),
  });
  return { ...options, alertmanagers: options.alertmanagers.map((one) => one && resolve(one)) };
}
