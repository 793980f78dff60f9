import { parseDuration, parseGoFloat, UserError } from '../base/index.js';
import type { WalCompression } from '../tsdb/wal/index.js';
import { type ServerFlag, serverFlags } from './flags/index.js';

/** Flags as the command line gave them, by name; a flag that was not given is absent. */
export type GivenFlags = ReadonlyMap<string, string | boolean | readonly string[]>;

/** Every flag's value as text, defaults filled in: what /api/v1/status/flags shows. */
export type FlagTexts = ReadonlyMap<string, string>;

/** The server's settings as numbers and texts. Times in ms, sizes in bytes. */
export interface ServerSettings {
  readonly configFile: string;
  /** The flag was given: the file must exist. */
  readonly configFileGiven: boolean;
  readonly listenAddresses: readonly string[];
  readonly externalUrl: string | undefined;
  readonly routePrefix: string | undefined;
  readonly corsOrigin: string;
  readonly pageTitle: string;
  readonly enableLifecycle: boolean;
  readonly enableAdminApi: boolean;
  readonly enableRemoteWrite: boolean;
  readonly maxConnections: number;
  readonly readTimeoutMs: number;
  readonly dataDirectory: string;
  /** Undefined for the default. */
  readonly headMaxBytes: number | undefined;
  readonly minBlockDurationMs: number;
  /** Undefined for the default. */
  readonly maxBlockDurationMs: number | undefined;
  readonly samplesPerChunk: number;
  readonly blockSegmentBytes: number | undefined;
  /** Of the time that a block covers. */
  readonly mostCutDelayPercent: number;
  readonly uploadedBlocksFile: string | undefined;
  readonly blockReloadMs: number;
  readonly mergesOverlaps: boolean;
  /** 0 for no limit. */
  readonly retentionMs: number;
  readonly retentionBytes: number;
  /** Nothing is scraped or written. */
  readonly readOnly: boolean;
  readonly lockDirectory: boolean;
  readonly walSync: 'commit' | 'interval' | 'none';
  readonly walSegmentBytes: number;
  readonly walCompression: WalCompression;
  readonly lookbackDeltaMs: number;
  readonly queryTimeoutMs: number;
  readonly maxSamples: number;
  readonly maxConcurrentQueries: number;
  readonly queryMaxBytes: number;
  readonly alignTimestamps: boolean;
  readonly timestampToleranceMs: number;
  readonly discoveryIntervalMs: number;
  readonly features: ReadonlySet<string>;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly logFormat: 'logfmt' | 'json';
  readonly flagTexts: FlagTexts;
  /** Flags that were given and have no effect, with why. */
  readonly ineffective: readonly { readonly name: string; readonly effect: ServerFlag['effect'] }[];
}

function badFlag(name: string, message: string): UserError {
  return new UserError({
    code: 'bad-flag',
    message: `flag "--${name}": ${message}`,
    suggestions: ['see "tsprom server --help"'],
  });
}

const sizeUnits = ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;

/** Powers of two, as upstream's flags: `512MB` is 512 MiB; `MiB` is the same. */
function parseSize(name: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMGTPE]?)i?B$/.exec(text);
  if (!match) throw badFlag(name, `"${text}" is no size, expected one such as 512MB`);
  const power = (sizeUnits as readonly string[]).indexOf(`${match[2]}B`);
  return Math.round(Number(match[1]) * 1024 ** power);
}

/** Typed access to one command line; every getter throws UserError (`bad-flag`) for a value of the wrong kind. */
class FlagReader {
  readonly #given: GivenFlags;

  constructor(given: GivenFlags) {
    this.#given = given;
  }

  texts(name: string): readonly string[] {
    const flag = serverFlags.find((known) => known.name === name);
    const value = this.#given.get(name);
    if (value === undefined) return [flag?.defaultText ?? ''];
    return typeof value === 'object' ? value : [String(value)];
  }

  text(name: string): string {
    return this.texts(name).at(-1) ?? '';
  }

  isTrue(name: string): boolean {
    return this.text(name) === 'true';
  }

  durationMs(name: string): number {
    const parsed = parseDuration(this.text(name));
    if (!parsed.ok) throw badFlag(name, parsed.error);
    return parsed.ms;
  }

  size(name: string): number {
    return parseSize(name, this.text(name));
  }

  integer(name: string): number {
    const value = Number(this.text(name));
    if (!Number.isSafeInteger(value)) throw badFlag(name, `"${this.text(name)}" is no whole number`);
    return value;
  }
}

/** Checks every flag that was given, whether it has an effect or not. */
function checkKinds(given: GivenFlags, reader: FlagReader): void {
  for (const flag of serverFlags) {
    if (!given.has(flag.name)) continue;
    if (flag.kind === 'duration') reader.durationMs(flag.name);
    if (flag.kind === 'size') reader.size(flag.name);
    if (flag.kind === 'integer') reader.integer(flag.name);
    if (flag.kind === 'number' && parseGoFloat(reader.text(flag.name)) === undefined) {
      throw badFlag(flag.name, `"${reader.text(flag.name)}" is no number`);
    }
    if (flag.effect === 'refused' && reader.text(flag.name) !== flag.defaultText) {
      throw badFlag(
        flag.name,
        'is not supported yet, and going on without it would not be what was asked for',
      );
    }
  }
}

/** The port of `host:port`. */
export function portOf(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1);
}

const leastReloadMs = 1000;
const defaultRetentionMs = 15 * 86_400_000;

function walSegmentBytesOf(reader: FlagReader): number {
  const name = 'storage.tsdb.wal-segment-size';
  const bytes = reader.size(name);
  if (bytes < 10 * 2 ** 20 || bytes > 256 * 2 ** 20)
    throw badFlag(name, 'must be set between 10MB and 256MB');
  return bytes;
}

function readOnlyOf(reader: FlagReader): boolean {
  const name = 'storage.tsdb.read-only';
  if (reader.isTrue(name) && reader.isTrue('web.enable-remote-write-receiver'))
    throw badFlag(name, 'keeps no samples, and --web.enable-remote-write-receiver takes some');
  return reader.isTrue(name);
}

/** Source: cmd/prometheus/main.go. */
function blockSegmentBytesOf(reader: FlagReader): number | undefined {
  const name = 'storage.tsdb.max-block-chunk-segment-size';
  const bytes = reader.size(name);
  if (bytes !== 0 && bytes < 2 ** 20) throw badFlag(name, 'must be set over 1MB');
  return bytes === 0 ? undefined : bytes;
}

/** Samples are kept for 15 days where no limit is set. */
function retentionOf(reader: FlagReader): Pick<ServerSettings, 'retentionMs' | 'retentionBytes'> {
  const retentionBytes = reader.size('storage.tsdb.retention.size');
  const givenMs =
    reader.text('storage.tsdb.retention.time') === '' ? 0 : reader.durationMs('storage.tsdb.retention.time');
  const isUnlimited = givenMs === 0 && retentionBytes === 0;
  return { retentionMs: isUnlimited ? defaultRetentionMs : givenMs, retentionBytes };
}

/** Reads a command line. Throws UserError with code `bad-flag` for the first value that is wrong. */
export function readSettings(given: GivenFlags): ServerSettings {
  const reader = new FlagReader(given);
  checkKinds(given, reader);
  const agentFlags = serverFlags.filter((flag) => flag.effect === 'agent' && given.has(flag.name));
  if (agentFlags.length > 0) {
    const names = agentFlags.map(({ name }) => JSON.stringify(`--${name}`)).join(' ');
    throw new UserError({
      code: 'bad-flag',
      message: `The following flag(s) can only be used in agent mode: [${names}]`,
    });
  }
  return {
    configFile: reader.text('config.file'),
    configFileGiven: given.has('config.file'),
    listenAddresses: reader.texts('web.listen-address'),
    externalUrl: reader.text('web.external-url') || undefined,
    routePrefix: reader.text('web.route-prefix') || undefined,
    corsOrigin: reader.text('web.cors.origin'),
    pageTitle: reader.text('web.page-title'),
    enableLifecycle: reader.isTrue('web.enable-lifecycle'),
    enableAdminApi: reader.isTrue('web.enable-admin-api'),
    enableRemoteWrite: reader.isTrue('web.enable-remote-write-receiver'),
    maxConnections: reader.integer('web.max-connections'),
    readTimeoutMs: reader.durationMs('web.read-timeout'),
    dataDirectory: reader.text('storage.tsdb.path'),
    headMaxBytes:
      reader.text('storage.head.max-memory') === '' ? undefined : reader.size('storage.head.max-memory'),
    minBlockDurationMs: reader.durationMs('storage.tsdb.min-block-duration'),
    maxBlockDurationMs:
      reader.text('storage.tsdb.max-block-duration') === ''
        ? undefined
        : reader.durationMs('storage.tsdb.max-block-duration'),
    samplesPerChunk: reader.integer('storage.tsdb.samples-per-chunk'),
    blockSegmentBytes: blockSegmentBytesOf(reader),
    mostCutDelayPercent: reader.integer('storage.tsdb.delayed-compaction.max-percent'),
    uploadedBlocksFile: reader.text('storage.tsdb.delay-compact-file.path') || undefined,
    blockReloadMs: Math.max(leastReloadMs, reader.durationMs('storage.tsdb.block-reload-interval')),
    mergesOverlaps: reader.isTrue('storage.tsdb.allow-overlapping-compaction'),
    ...retentionOf(reader),
    readOnly: readOnlyOf(reader),
    lockDirectory: !reader.isTrue('storage.tsdb.no-lockfile'),
    walSync: reader.text('storage.tsdb.wal-sync') as ServerSettings['walSync'],
    walSegmentBytes: walSegmentBytesOf(reader),
    walCompression: reader.isTrue('storage.tsdb.wal-compression')
      ? (reader.text('storage.tsdb.wal-compression-type') as WalCompression)
      : 'none',
    lookbackDeltaMs: reader.durationMs('query.lookback-delta'),
    queryTimeoutMs: reader.durationMs('query.timeout'),
    maxSamples: reader.integer('query.max-samples'),
    maxConcurrentQueries: reader.integer('query.max-concurrency'),
    queryMaxBytes: reader.size('query.max-memory'),
    alignTimestamps: reader.isTrue('scrape.adjust-timestamps'),
    timestampToleranceMs: reader.durationMs('scrape.timestamp-tolerance'),
    discoveryIntervalMs: reader.durationMs('scrape.discovery-reload-interval'),
    features: new Set(
      reader
        .texts('enable-feature')
        .flatMap((list) => list.split(','))
        .filter((name) => name !== ''),
    ),
    logLevel: reader.text('log.level') as ServerSettings['logLevel'],
    logFormat: reader.text('log.format') as ServerSettings['logFormat'],
    flagTexts: new Map(serverFlags.map(({ name }) => [name, reader.texts(name).join(',')])),
    ineffective: serverFlags.filter(
      ({ name, effect }) => given.has(name) && (effect === 'pending' || effect === 'meaningless'),
    ),
  };
}
