import { quoteGo } from '../base/index.js';
import {
  checkDiscovery,
  checkStaticTargets,
  discoveryFields,
  resolveDiscoveryPaths,
  takeDiscovery,
} from '../discovery/options.js';
import { checkHttpClient, httpClientFields, joinPath, resolveHttpPaths } from '../http/options.js';
import { checkScrape, checkScrapeRules, completeScrapeOptions, scrapeFields } from '../scrape/options.js';
import { storageSchema } from '../tsdb/options.js';
import {
  type ConfigProblem,
  type DecodedYaml,
  decodeYaml,
  int,
  list,
  optional,
  raw,
  type StructOf,
  string,
  struct,
  withDefault,
} from '../yaml/index.js';
import { type Config, type Job, rawBlocks } from './config.js';
import { completeGlobal, type GlobalConfig, globalSchema } from './global.js';
import { findNotYetEffective } from './not-yet-effective.js';

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
  /** Environment variables that external labels name and that are unset or empty. */
  readonly emptyVariables: readonly string[];
}

function jobSchema() {
  return struct(
    { ...scrapeFields(), ...httpClientFields(), ...discoveryFields() },
    {
      typeName: 'config.ScrapeConfig',
      check(job, report) {
        checkDiscovery(job, report);
        if (!checkScrape(job, report)) return;
        checkHttpClient(job, report);
        if (job.relabelConfigs.length === 0) checkStaticTargets(job.staticConfigs, report);
        checkScrapeRules(job, report);
      },
    },
  );
}

function topFields() {
  return {
    global: optional(globalSchema()),
    runtime: withDefault(struct({ gogc: int() }, { typeName: 'config.RuntimeConfig' }), { gogc: 0 }),
    alerting: raw(),
    rule_files: list(string()),
    scrape_config_files: list(string()),
    scrape_configs: list(optional(jobSchema())),
    storage: storageSchema(),
    tracing: raw(),
    remote_write: raw(),
    remote_read: raw(),
    otlp: raw(),
  };
}
type Written = StructOf<ReturnType<typeof topFields>>;

/** Reads, fills in and checks a configuration file. Every problem of the file is found in one run. */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const schema = struct(topFields(), { typeName: 'config.plain' });
  const decoded = decodeYaml(options.text, schema, options.file);
  const emptyVariables: string[] = [];
  const { value } = decoded;
  if (value === undefined) return { problems: decoded.problems, notYetEffective: [], emptyVariables };
  const written = value.global ?? globalSchema().absent();
  const global = completeGlobal(
    written,
    (name) => (Object.hasOwn(options.env, name) ? options.env[name] : undefined),
    (name) => emptyVariables.push(name),
  );
  const problems = [...decoded.problems];
  problems.push(...checkPaths(value, decoded, options.file));
  const jobs = completeJobs({ value, decoded, global, options, problems });
  const notYetEffective = findNotYetEffective(value);
  if (problems.length > 0) return { problems, notYetEffective, emptyVariables };
  return {
    config: assemble(value, global, jobs, options.baseDirectory),
    problems,
    notYetEffective,
    emptyVariables,
  };
}

/** What upstream's runtime collects garbage at; shown, and without effect here. */
const defaultGoGcPercent = 75;

/** `*` stands for itself nowhere but in the last element of a path. */
const globPattern = /^[^*]*(\*[^/]*)?$/;

function checkPaths(value: Written, decoded: DecodedYaml<Written>, file: string): ConfigProblem[] {
  const check = (key: string, text: string, paths: readonly string[]): ConfigProblem[] =>
    paths
      .filter((path) => !globPattern.test(path))
      .map((path) => ({
        kind: 'check',
        file,
        ...decoded.placeOf(value, key),
        message: `${text} ${quoteGo(path)}`,
        upstreamText: `${text} ${quoteGo(path)}`,
      }));
  return [
    ...check('rule_files', 'invalid rule file path', value.ruleFiles),
    ...check('scrape_config_files', 'invalid scrape config file path', value.scrapeConfigFiles),
  ];
}

function completeJobs(given: {
  value: Written;
  decoded: DecodedYaml<Written>;
  global: GlobalConfig;
  options: LoadOptions;
  problems: ConfigProblem[];
}): Job[] {
  const { decoded, value, options } = given;
  const jobs: Job[] = [];
  const names = new Set<string>();
  const report = (at: object, key: string, text: string): void => {
    const place = decoded.placeOf(at, key);
    given.problems.push({ kind: 'check', file: options.file, ...place, message: text, upstreamText: text });
  };
  for (const job of value.scrapeConfigs) {
    if (job === undefined) {
      report(value, 'scrape_configs', 'empty or null scrape config section');
      continue;
    }
    const { path } = decoded.placeOf(job);
    // What could not be read stands as zero and would only bring problems of its own.
    if (decoded.problems.some((problem) => problem.path.startsWith(path))) continue;
    const completed = completeScrapeOptions(job, given.global);
    if ('problem' in completed) {
      report(job, completed.problem.key, completed.problem.text);
      continue;
    }
    if (names.has(job.jobName)) {
      report(job, 'job_name', `found multiple scrape configs with job name ${quoteGo(job.jobName)}`);
    }
    names.add(job.jobName);
    const scrape = completed.options;
    jobs.push({
      scrape: {
        ...scrape,
        http: resolveHttpPaths(scrape.http, options.baseDirectory),
        scrapeFailureLogFile: joinPath(options.baseDirectory, scrape.scrapeFailureLogFile),
      },
      discovery: resolveDiscoveryPaths(takeDiscovery(job), options.baseDirectory),
    });
  }
  return jobs;
}

function assemble(value: Written, global: GlobalConfig, jobs: readonly Job[], directory: string): Config {
  const blocks = {
    alerting: value.alerting,
    tracing: value.tracing,
    remote_write: value.remoteWrite,
    remote_read: value.remoteRead,
    otlp: value.otlp,
  };
  return {
    global: {
      ...global,
      queryLogFile: joinPath(directory, global.queryLogFile),
      scrapeFailureLogFile: joinPath(directory, global.scrapeFailureLogFile),
    },
    goGcPercent: value.runtime.gogc || defaultGoGcPercent,
    jobs,
    ruleFiles: value.ruleFiles.map((file) => joinPath(directory, file)),
    scrapeConfigFiles: value.scrapeConfigFiles.map((file) => joinPath(directory, file)),
    storage: value.storage,
    raw: new Map(
      rawBlocks.flatMap((name) => {
        const block = blocks[name];
        return block === undefined ? [] : [[name, block] as const];
      }),
    ),
  };
}
