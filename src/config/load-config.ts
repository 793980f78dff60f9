import { dirname, resolve } from 'node:path';
import { quoteGo } from '../base/index.js';
import {
  checkDiscovery,
  checkStaticTargets,
  discoveryFields,
  type Mechanism,
  resolveDiscoveryPaths,
  takeDiscovery,
} from '../discovery/options.js';
import { checkHttpClient, httpClientFields, joinPath, resolveHttpPaths } from '../http/options.js';
import { checkRelabelRule, type RelabelRule } from '../model/index.js';
import { remoteRead, remoteWrite, resolveRemotePaths } from '../remote/options.js';
import {
  checkScrape,
  checkScrapeRules,
  completeScrapeOptions,
  type OptionProblem,
  scrapeFields,
} from '../scrape/options.js';
import { storageSchema } from '../tsdb/options.js';
import {
  type ConfigProblem,
  type DecodedYaml,
  decodeYaml,
  int,
  list,
  optional,
  type StructOf,
  string,
  struct,
  upstreamMessage,
  withDefault,
} from '../yaml/index.js';
import { alerting, resolveAlertingPaths } from './alerting.js';
import type { Config, Job } from './config.js';
import { completeGlobal, defaultGlobal, type GlobalConfig, globalSchema } from './global.js';
import { findNotYetEffective } from './not-yet-effective.js';
import { otlp, strategyProblem } from './otlp.js';
import { resolveTracingPaths, tracing } from './tracing.js';

export interface LoadOptions {
  readonly text: string;
  /** Its name, for messages. */
  readonly file: string;
  /** What relative paths in the file are joined with. */
  readonly baseDirectory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface LoadedConfig {
  /** Absent when there is any problem. */
  readonly config?: Config;
  readonly problems: readonly ConfigProblem[];
  /** Keys that are accepted and that nothing acts on yet, as paths: `remote_write`. */
  readonly notYetEffective: readonly string[];
  /** Mechanisms of discovery that jobs name. */
  readonly mechanisms: readonly UsedMechanism[];
  /** Environment variables that external labels name and that are unset or empty. */
  readonly emptyVariables: readonly string[];
}

export interface UsedMechanism {
  readonly mechanism: Mechanism;
  readonly job: string;
  readonly line: number;
  readonly column: number;
}

function jobFields() {
  return { ...scrapeFields(), ...httpClientFields(), ...discoveryFields() };
}

function jobSchema() {
  return struct(jobFields(), {
    typeName: 'config.ScrapeConfig',
    check(job, report) {
      checkDiscovery(job, report);
      if (!checkScrape(job, report)) return;
      checkHttpClient(job, report);
      if (job.relabelConfigs.length === 0) checkStaticTargets(job.staticConfigs, report);
      checkScrapeRules(job, report);
    },
  });
}

function topFields() {
  return {
    global: optional(globalSchema()),
    runtime: withDefault(struct({ gogc: int() }, { typeName: 'config.RuntimeConfig' }), { gogc: 0 }),
    alerting: alerting(),
    rule_files: list(string()),
    scrape_config_files: list(string()),
    scrape_configs: list(optional(jobSchema())),
    storage: storageSchema(),
    tracing: optional(tracing()),
    remote_write: list(optional(remoteWrite())),
    remote_read: list(optional(remoteRead())),
    otlp: otlp(),
  };
}
type Written = StructOf<ReturnType<typeof topFields>>;

/** Reads, fills in and checks a configuration file. Every problem of the file is found in one run. */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const schema = struct(topFields(), { typeName: 'config.plain' });
  const decoded = decodeYaml(options.text, schema, options.file);
  const emptyVariables: string[] = [];
  const { value } = decoded;
  if (value === undefined)
    return { problems: decoded.problems, notYetEffective: [], mechanisms: [], emptyVariables };
  const written = value.global ?? defaultGlobal();
  const global = completeGlobal(
    written,
    (name) => (Object.hasOwn(options.env, name) ? options.env[name] : undefined),
    (name) => emptyVariables.push(name),
  );
  const problems = [...decoded.problems];
  const report: ReportAt = (at, key, text) => {
    const place = decoded.placeOf(at, key);
    problems.push({ kind: 'check', file: options.file, ...place, message: text, upstreamText: text });
  };
  checkPaths(value, report);
  const jobs = completeJobs({ value, decoded, global, options, report });
  checkRemote(value, global, report);
  const strategy = strategyProblem(value.otlp, global.metricNameValidationScheme === 'legacy');
  if (strategy !== undefined) report(value.otlp, 'translation_strategy', strategy);
  const found = {
    problems,
    notYetEffective: findNotYetEffective(value),
    mechanisms: usedMechanisms(value, decoded),
    emptyVariables,
  };
  if (problems.length > 0) return found;
  return { ...found, config: assemble(value, global, jobs, options.baseDirectory) };
}

function usedMechanisms(value: Written, decoded: DecodedYaml<Written>): UsedMechanism[] {
  return value.scrapeConfigs.flatMap((job) =>
    job === undefined
      ? []
      : (Object.keys(takeDiscovery(job).configs) as Mechanism[]).map((mechanism) => {
          const { line, column } = decoded.placeOf(job, `${mechanism}_sd_configs`);
          return { mechanism, job: job.jobName, line, column };
        }),
  );
}

/** Reports what is wrong with an object or a key of it, in upstream's words. */
type ReportAt = (at: object, key: string, text: string) => void;

/** What upstream's runtime collects garbage at; shown, and without effect here. */
const defaultGoGcPercent = 75;

/** `*` stands for itself nowhere but in the last element of a path. */
const globPattern = /^[^*]*(\*[^/]*)?$/;

function checkPaths(value: Written, report: ReportAt): void {
  const check = (key: string, text: string, paths: readonly string[]): void => {
    for (const path of paths) if (!globPattern.test(path)) report(value, key, `${text} ${quoteGo(path)}`);
  };
  check('rule_files', 'invalid rule file path', value.ruleFiles);
  check('scrape_config_files', 'invalid scrape config file path', value.scrapeConfigFiles);
}

/** Alerting and remote endpoints, where they are looked at as a whole. Source: config.go (Config.UnmarshalYAML). */
function checkRemote(
  value: Written,
  { metricNameValidationScheme: scheme }: GlobalConfig,
  report: ReportAt,
): void {
  const checkRules = (at: object, key: string, rules: readonly (RelabelRule | undefined)[]): void => {
    for (const rule of rules) {
      const text = rule === undefined ? undefined : checkRelabelRule(rule, scheme);
      if (text !== undefined) report(at, key, text);
    }
  };
  checkRules(value.alerting, 'alert_relabel_configs', value.alerting.alertRelabelConfigs);
  for (const manager of value.alerting.alertmanagers) {
    if (manager === undefined) continue;
    checkRules(manager, 'alert_relabel_configs', manager.alertRelabelConfigs);
    checkRules(manager, 'relabel_configs', manager.relabelConfigs);
  }
  const checkNames = (kind: 'write' | 'read', remotes: readonly ({ name: string } | undefined)[]): void => {
    const names = new Set<string>();
    for (const remote of remotes) {
      if (remote === undefined) {
        report(value, `remote_${kind}`, `empty or null remote ${kind} config section`);
        continue;
      }
      const text = `found multiple remote ${kind} configs with job name ${quoteGo(remote.name)}`;
      if (remote.name !== '' && names.has(remote.name)) report(remote, 'name', text);
      names.add(remote.name);
    }
  };
  checkNames('write', value.remoteWrite);
  for (const remote of value.remoteWrite)
    if (remote !== undefined) checkRules(remote, 'write_relabel_configs', remote.writeRelabelConfigs);
  checkNames('read', value.remoteRead);
}

function completeJobs(given: {
  value: Written;
  decoded: DecodedYaml<Written>;
  global: GlobalConfig;
  options: LoadOptions;
  report: ReportAt;
}): Job[] {
  const { decoded, value, options, report } = given;
  const jobs: Job[] = [];
  const names = new Set<string>();
  for (const job of value.scrapeConfigs) {
    if (job === undefined) {
      report(value, 'scrape_configs', 'empty or null scrape config section');
      continue;
    }
    const { path } = decoded.placeOf(job);
    // What could not be read stands as zero and would only bring problems of its own.
    if (decoded.problems.some((problem) => problem.path.startsWith(path))) continue;
    const completed = completeJob(job, given.global, options.baseDirectory);
    if ('problem' in completed) {
      report(job, completed.problem.key, completed.problem.text);
      continue;
    }
    if (names.has(job.jobName)) {
      report(job, 'job_name', `found multiple scrape configs with job name ${quoteGo(job.jobName)}`);
    }
    names.add(job.jobName);
    jobs.push(completed.job);
  }
  return jobs;
}

type WrittenJob = StructOf<ReturnType<typeof jobFields>>;

function completeJob(
  job: WrittenJob,
  global: GlobalConfig,
  directory: string,
): { job: Job } | { problem: OptionProblem } {
  const completed = completeScrapeOptions(job, global);
  if ('problem' in completed) return completed;
  const scrape = completed.options;
  return {
    job: {
      scrape: {
        ...scrape,
        http: resolveHttpPaths(scrape.http, directory),
        scrapeFailureLogFile: joinPath(directory, scrape.scrapeFailureLogFile),
      },
      discovery: resolveDiscoveryPaths(takeDiscovery(job), directory),
    },
  };
}

/** What a file of `scrape_config_files` holds; the problem is upstream's. Source: config.go (GetScrapeConfigs). */
export function loadScrapeConfigFile(given: {
  readonly text: string;
  readonly file: string;
  readonly global: GlobalConfig;
  /** Where each job's name is taken, by name. */
  readonly places: Map<string, string>;
}): { readonly jobs: readonly Job[]; readonly problem?: string } {
  const { text, file, global, places } = given;
  const schema = struct(
    { scrape_configs: list(optional(jobSchema())) },
    { typeName: 'config.ScrapeConfigs' },
  );
  const decoded = decodeYaml(text, schema, file);
  const problem = upstreamMessage(decoded.problems);
  if (problem !== undefined) return { jobs: [], problem };
  const jobs: Job[] = [];
  for (const job of decoded.value?.scrapeConfigs ?? []) {
    if (job === undefined) return { jobs: [], problem: 'empty or null scrape config section' };
    const completed = completeJob(job, global, dirname(file));
    if ('problem' in completed) return { jobs: [], problem: completed.problem.text };
    const first = places.get(job.jobName);
    const name = quoteGo(job.jobName);
    if (first !== undefined)
      return {
        jobs: [],
        problem: `found multiple scrape configs with job name ${name}, first found in ${first}`,
      };
    places.set(job.jobName, quoteGo(resolve(file)));
    jobs.push(completed.job);
  }
  return { jobs };
}

function assemble(value: Written, global: GlobalConfig, jobs: readonly Job[], directory: string): Config {
  const given = <T>(blocks: readonly (T | undefined)[]): T[] => blocks.filter((block) => block !== undefined);
  return {
    global: {
      ...global,
      queryLogFile: joinPath(directory, global.queryLogFile),
      scrapeFailureLogFile: joinPath(directory, global.scrapeFailureLogFile),
    },
    goGcPercent: value.runtime.gogc || defaultGoGcPercent,
    alerting: resolveAlertingPaths(value.alerting, directory),
    ruleFiles: value.ruleFiles.map((file) => joinPath(directory, file)),
    scrapeConfigFiles: value.scrapeConfigFiles.map((file) => joinPath(directory, file)),
    jobs,
    storage: value.storage,
    tracing: value.tracing && resolveTracingPaths(value.tracing, directory),
    remoteWrite: given(value.remoteWrite).map((remote) => resolveRemotePaths(remote, directory)),
    remoteRead: given(value.remoteRead).map((remote) => resolveRemotePaths(remote, directory)),
    otlp: value.otlp,
  };
}
