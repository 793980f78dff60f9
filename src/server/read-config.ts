import path from 'node:path';
import { type Disk, decodeUtf8, errnoOf, messageOf, UserError } from '../base/index.js';
import { type Config, loadConfig, maskSecrets } from '../config/index.js';
import { type Mechanism, runnableMechanisms } from '../discovery/index.js';
import type { Logger } from '../telemetry/index.js';
import { defaultConfigText } from './default-config.js';
import type { ServerSettings } from './settings.js';

export interface ConfigSource {
  readonly disk: Disk;
  readonly settings: ServerSettings;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where this server answers, for the embedded configuration: `localhost:9090`. */
  readonly ownAddress: string;
}

export interface ReadConfig {
  readonly config: Config;
  /** No file was named and ./prometheus.yml is absent. */
  readonly isEmbedded: boolean;
}

/**
 * Reads the configuration file, or the embedded one. Throws UserError with code `bad-config`; its message is
 * upstream's text, its place that of the first problem, and further problems stand in the suggestions.
 */
export async function readConfig(source: ConfigSource, logger: Logger): Promise<ReadConfig> {
  const { settings, disk } = source;
  const file = settings.configFile;
  const isEmbedded = !settings.configFileGiven && (await disk.stat(file)) === undefined;
  const text = isEmbedded ? defaultConfigText(source.ownAddress) : await readText(disk, file);
  const loaded = loadConfig({
    text,
    file: isEmbedded ? 'the embedded configuration' : file,
    baseDirectory: path.dirname(file),
    env: source.env,
  });
  for (const name of loaded.emptyVariables) logger.warn('Empty environment variable', { name });
  if (!loaded.config) throw configError(file, text, loaded.problems);
  const unsupported = loaded.config.jobs.flatMap((job) =>
    (Object.keys(job.discovery.configs) as Mechanism[])
      .filter((mechanism) => !runnableMechanisms.has(mechanism))
      .map((mechanism) => `${mechanism}_sd_configs (job "${job.scrape.jobName}")`),
  );
  if (unsupported.length > 0) {
    throw new UserError({
      code: 'bad-config',
      message: `${file}: not supported yet: ${unsupported.join(', ')}`,
      suggestions: ['use static_configs or file_sd_configs'],
    });
  }
  if (loaded.notYetEffective.length > 0) {
    logger.warn('Parts of the configuration have no effect yet', { keys: loaded.notYetEffective.join(' ') });
  }
  return { config: loaded.config, isEmbedded };
}

async function readText(disk: Disk, file: string): Promise<string> {
  try {
    return decodeUtf8(await disk.readFile(file));
  } catch (error) {
    const reason = errnoOf(error) === 'ENOENT' ? 'no such file or directory' : messageOf(error);
    throw new UserError({
      code: 'bad-config',
      message: `couldn't load configuration (--config.file="${file}"): open ${file}: ${reason}`,
      suggestions: [
        'name a file with --config.file; without one and without ./prometheus.yml an embedded default is used',
      ],
      cause: error,
    });
  }
}

type Problems = ReturnType<typeof loadConfig>['problems'];

function configError(file: string, text: string, problems: Problems): UserError {
  const [first, ...others] = problems;
  const line = (problem: Problems[number]): string =>
    `${file}:${problem.line}:${problem.column}: ${problem.message}`;
  return new UserError({
    code: 'bad-config',
    message: messageOfProblem(file, first),
    ...(first && first.line > 0
      ? { place: { file, line: first.line, column: first.column }, source: maskSecrets(text, first.line) }
      : {}),
    // Upstream's words say what, ours what was probably meant.
    suggestions: [
      ...(first?.upstreamText !== undefined && first.upstreamText !== first.message ? [first.message] : []),
      ...others.map(line),
    ],
  });
}

/** A problem of the whole file has no place, which would name the file. */
function messageOfProblem(file: string, problem: Problems[number] | undefined): string {
  if (problem === undefined) return `${file}: unreadable configuration`;
  const text = problem.upstreamText ?? problem.message;
  return problem.line > 0 ? text : `${file}: ${text}`;
}
