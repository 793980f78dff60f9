import path from 'node:path';
import { type Disk, decodeUtf8, errnoOf, messageOf, quoteGo } from '../base/index.js';
import { type Config, type Job, loadConfig, loadScrapeConfigFile } from '../config/index.js';
import { expandGlob, readTargetFile, runnableMechanisms, type TargetGroup } from '../discovery/index.js';
import { upstreamMessage } from '../yaml/index.js';
import type { Finding, PrintedLine } from './finding.js';
import { groupProblem, managerProblem } from './target-problems.js';

export interface CheckConfigOptions {
  readonly disk: Disk;
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Nothing but the file itself is looked at. */
  readonly isSyntaxOnly: boolean;
  readonly isAgent: boolean;
}

export interface CheckedConfig {
  readonly lines: readonly PrintedLine[];
  readonly findings: readonly Finding[];
  /** The text of the file, where it could be read. */
  readonly text: string | undefined;
  /** Undefined where the check failed. */
  readonly jobs: readonly Job[] | undefined;
  readonly ruleFiles: readonly string[];
}

/** Ends a check as promtool ends it, with its text. */
class Failed extends Error {}

/**
 * Checks a configuration file and the files that it names, as `promtool check config` does; every problem in the text of
 * the file is a finding with its place. Source: cmd/promtool/main.go (checkConfig).
 */
export async function checkConfig(options: CheckConfigOptions): Promise<CheckedConfig> {
  return new ConfigCheck(options).run();
}

class ConfigCheck {
  readonly #options: CheckConfigOptions;
  readonly #lines: PrintedLine[] = [];
  readonly #findings: Finding[] = [];
  #text: string | undefined;

  constructor(options: CheckConfigOptions) {
    this.#options = options;
  }

  async run(): Promise<CheckedConfig> {
    const { file } = this.#options;
    this.#print(`Checking ${file}`);
    let jobs: readonly Job[] | undefined;
    let ruleFiles: readonly string[] = [];
    try {
      const config = await this.#load();
      ruleFiles = await this.#ruleFiles(config);
      jobs = await this.#jobs(config);
      for (const job of jobs) await this.#checkJob(job);
      await this.#checkManagers(config);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      jobs = undefined;
      ruleFiles = [];
      this.#lines.push({ stream: 'err', text: `  FAILED: ${error.message}` });
      if (!this.#findings.some(({ severity }) => severity === 'error'))
        this.#find('error', 'config', error.message);
    }
    if (jobs !== undefined) {
      if (ruleFiles.length > 0) this.#print(`  SUCCESS: ${ruleFiles.length} rule files found`);
      this.#print(` SUCCESS: ${file} is valid prometheus config file syntax`);
    }
    this.#print('');
    return { lines: this.#lines, findings: this.#findings, text: this.#text, jobs, ruleFiles };
  }

  #print(text: string): void {
    this.#lines.push({ stream: 'out', text });
  }

  #find(severity: Finding['severity'], check: string, message: string, place = { line: 0, column: 0 }): void {
    const { line, column } = place;
    this.#findings.push({ severity, check, file: this.#options.file, line, column, message });
  }

  async #read(file: string): Promise<string> {
    try {
      return decodeUtf8(await this.#options.disk.readFile(file));
    } catch (error) {
      throw new Failed(`open ${file}: ${reasonOf(error)}`);
    }
  }

  async #load(): Promise<Config> {
    const { file, env, isAgent } = this.#options;
    this.#text = await this.#read(file);
    const loaded = loadConfig({ text: this.#text, file, baseDirectory: path.dirname(file), env });
    for (const name of loaded.emptyVariables)
      this.#find('warning', 'empty-variable', `the environment variable ${name} is empty`);
    for (const { mechanism, job, line, column } of loaded.mechanisms) {
      if (runnableMechanisms.has(mechanism)) continue;
      const message = `${mechanism}_sd_configs is checked and can not be run yet (job ${quoteGo(job)})`;
      this.#find('warning', 'unsupported-discovery', message, { line, column });
    }
    for (const problem of loaded.problems) this.#find('error', 'config', problem.message, problem);
    const { config } = loaded;
    if (config === undefined)
      throw new Failed(`parsing YAML file ${file}: ${upstreamMessage(loaded.problems) ?? 'unreadable'}`);
    if (isAgent) checkAgent(config);
    return config;
  }

  async #ruleFiles(config: Config): Promise<string[]> {
    const found: string[] = [];
    if (this.#options.isSyntaxOnly) return found;
    for (const pattern of config.ruleFiles) {
      const files = await expandGlob(this.#options.disk, pattern);
      if (files.length === 0 && !pattern.includes('*'))
        throw new Failed(`${quoteGo(pattern)} does not point to an existing file`);
      found.push(...files);
    }
    return found;
  }

  async #jobs(config: Config): Promise<readonly Job[]> {
    if (this.#options.isSyntaxOnly) return config.jobs;
    const jobs = [...config.jobs];
    const places = new Map(jobs.map(({ scrape }) => [scrape.jobName, 'main config file']));
    for (const pattern of config.scrapeConfigFiles)
      for (const file of await expandGlob(this.#options.disk, pattern)) {
        const text = await this.#read(file);
        const loaded = loadScrapeConfigFile({ text, file, global: config.global, places });
        if (loaded.problem !== undefined)
          throw new Failed(`error loading scrape configs: ${quoteGo(path.resolve(file))}: ${loaded.problem}`);
        jobs.push(...loaded.jobs);
      }
    return jobs;
  }

  async #exists(file: string, what: string): Promise<void> {
    if (file === '' || this.#options.isSyntaxOnly) return;
    if ((await this.#options.disk.stat(file)) === undefined)
      throw new Failed(`error checking ${what} ${quoteGo(file)}: stat ${file}: no such file or directory`);
  }

  async #checkJob({ scrape, discovery }: Job): Promise<void> {
    const { authorization, tlsConfig } = scrape.http;
    if (authorization !== undefined)
      await this.#exists(authorization.credentialsFile, 'authorization credentials or bearer token file');
    await this.#checkTls(tlsConfig);
    const { kubernetes = [], file: files = [] } = discovery.configs;
    for (const config of kubernetes) await this.#checkTls(config.tlsConfig);
    const where = `for file_sd in scrape job ${quoteGo(scrape.jobName)}`;
    for (const config of files)
      await this.#checkTargetFiles(config.files, where, (group) => groupProblem(group, scrape));
    this.#checkGroups(discovery.staticGroups, (group) => groupProblem(group, scrape));
  }

  async #checkTls(tls: { readonly certFile: string; readonly keyFile: string }): Promise<void> {
    const { certFile, keyFile } = tls;
    if (certFile !== '' && keyFile === '')
      throw new Failed(`client cert file ${quoteGo(certFile)} specified without client key file`);
    if (keyFile !== '' && certFile === '')
      throw new Failed(`client key file ${quoteGo(keyFile)} specified without client cert file`);
    await this.#exists(certFile, 'client cert file');
    await this.#exists(keyFile, 'client key file');
  }

  async #checkManagers({ alerting }: Config): Promise<void> {
    for (const manager of alerting.alertmanagers) {
      if (manager === undefined) continue;
      for (const config of manager.fileSdConfigs)
        await this.#checkTargetFiles(config?.files ?? [], 'for file_sd in alertmanager config', (group) =>
          managerProblem(group, manager),
        );
      this.#checkGroups(manager.staticConfigs, (group) => managerProblem(group, manager));
    }
  }

  async #checkTargetFiles(
    patterns: readonly string[],
    where: string,
    problemOf: (group: TargetGroup) => string | undefined,
  ): Promise<void> {
    const { disk, isSyntaxOnly } = this.#options;
    if (isSyntaxOnly) return;
    for (const pattern of patterns) {
      const files = await expandGlob(disk, pattern);
      if (files.length === 0) {
        this.#print(`  WARNING: file ${quoteGo(pattern)} ${where} does not exist`);
        this.#find('warning', 'target-file', `file ${quoteGo(pattern)} ${where} does not exist`);
      }
      for (const file of files) {
        const read = readTargetFile(file, await disk.readFile(file));
        if ('error' in read) throw new Failed(`checking SD file ${quoteGo(pattern)}: ${read.error}`);
        this.#checkGroups(read.groups, problemOf);
      }
    }
  }

  #checkGroups(groups: readonly TargetGroup[], problemOf: (group: TargetGroup) => string | undefined): void {
    for (const group of groups) {
      const problem = problemOf(group);
      if (problem !== undefined) throw new Failed(problem);
    }
  }
}

function reasonOf(error: unknown): string {
  return errnoOf(error) === 'ENOENT' ? 'no such file or directory' : messageOf(error);
}

/** Source: config.go (LoadFile). */
function checkAgent({ alerting, ruleFiles, remoteRead }: Config): void {
  const refused =
    (alerting.alertmanagers.length > 0 || alerting.alertRelabelConfigs.length > 0 ? 'alerting' : '') ||
    (ruleFiles.length > 0 ? 'rule_files' : '') ||
    (remoteRead.length > 0 ? 'remote_read' : '');
  if (refused !== '') throw new Failed(`field ${refused} is not allowed in agent mode`);
}
