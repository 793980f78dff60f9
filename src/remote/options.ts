/** The blocks `remote_write` and `remote_read`. Source: config.go (RemoteWriteConfig, RemoteReadConfig). */
import {
  httpClientFields,
  httpClientStruct,
  reservedHeaders,
  resolveHttpPaths,
  sigV4,
  url,
} from '../http/options.js';
import {
  bool,
  duration,
  int,
  labelSet,
  list,
  map,
  optional,
  printed,
  type Report,
  relabelRule,
  type Schema,
  type StructOf,
  string,
  struct,
  uint,
  withDefault,
} from '../yaml/index.js';
import { azureAd } from './azure-ad.js';

const writeMessages: readonly string[] = ['prometheus.WriteRequest', 'io.prometheus.write.v2.Request'];

function queueFields() {
  return {
    capacity: withDefault(int(), 10_000),
    max_shards: withDefault(int(), 50),
    min_shards: withDefault(int(), 1),
    max_samples_per_send: withDefault(int(), 2000),
    batch_send_deadline: withDefault(duration(), 5000),
    min_backoff: withDefault(duration(), 30),
    max_backoff: withDefault(duration(), 5000),
    retry_on_http_429: bool(),
    sample_age_limit: duration(),
  };
}

function writeFields() {
  return {
    url: printed(optional(url())),
    remote_timeout: withDefault(duration(), 30_000),
    headers: map(string()),
    write_relabel_configs: list(optional(relabelRule())),
    name: string(),
    send_exemplars: bool(),
    send_native_histograms: bool(),
    round_robin_dns: bool(),
    protobuf_message: withDefault(writeMessage(), writeMessages[0] as string),
    failed_request_logging: bool(),
    ...httpClientFields(),
    enable_http2: printed(bool()),
    queue_config: struct(queueFields(), { typeName: 'config.QueueConfig' }),
    metadata_config: struct(
      {
        send: printed(withDefault(bool(), true)),
        send_interval: printed(withDefault(duration(), 60_000)),
        max_samples_per_send: withDefault(int(), 2000),
      },
      { typeName: 'config.MetadataConfig' },
    ),
    sigv4: optional(sigV4()),
    azuread: optional(azureAd()),
    google_iam: optional(struct({ credentials_file: string() }, { typeName: 'googleiam.Config' })),
  };
}
export type RemoteWriteOptions = StructOf<ReturnType<typeof writeFields>>;

function writeMessage(): Schema<string> {
  return { ...string(), typeName: 'remote.WriteMessageType' };
}

export function remoteWrite(): Schema<RemoteWriteOptions> {
  return httpClientStruct(writeFields(), {
    typeName: 'config.plain',
    check(remote, report) {
      if (remote.url === undefined) return report('url for remote_write is empty');
      if (remote.writeRelabelConfigs.includes(undefined))
        return report('empty or null relabeling rule in remote write config', {
          key: 'write_relabel_configs',
        });
      checkHeaders(remote.headers, report);
      if (!writeMessages.includes(remote.protobufMessage))
        report(
          `invalid protobuf_message value: unknown type for remote write protobuf message ${remote.protobufMessage}, supported: ${writeMessages.join(', ')}`,
          { key: 'protobuf_message' },
        );
    },
    checkBehind(remote, report) {
      const problem = queueProblem(remote.queueConfig);
      if (problem !== undefined) report(`remote write queue ${problem}`, { key: 'queue_config' });
      const configured = [
        ...(remote.basicAuth === undefined ? [] : ['basic_auth']),
        ...(hasAuthorization(remote) ? ['authorization'] : []),
        ...(remote.oauth2 === undefined ? [] : ['oauth2']),
        ...(remote.sigv4 === undefined ? [] : ['sigv4']),
        ...(remote.azuread === undefined ? [] : ['azuread']),
        ...(remote.googleIam === undefined ? [] : ['google_iam']),
      ];
      if (configured.length > 1)
        report(
          `at most one of basic_auth, authorization, oauth2, sigv4, azuread or google_iam must be configured. Currently configured: [${configured.join(' ')}]`,
        );
    },
  });
}

/** A bearer token is one, too. */
function hasAuthorization({ authorization, bearerToken, bearerTokenFile }: RemoteWriteOptions): boolean {
  return authorization !== undefined || !bearerToken.isEmpty || bearerTokenFile !== '';
}

function queueProblem(queue: StructOf<ReturnType<typeof queueFields>>): string | undefined {
  if (queue.maxShards <= 0) return 'max_shards must be positive';
  if (queue.minShards <= 0) return 'min_shards must be positive';
  if (queue.minShards > queue.maxShards) return 'min_shards must not be greater than max_shards';
  if (queue.maxSamplesPerSend <= 0) return 'max_samples_per_send must be positive';
  if (queue.capacity <= 0) return 'capacity must be positive';
  if (queue.maxBackoff < queue.minBackoff) return 'max_backoff must not be less than min_backoff';
  return undefined;
}

function checkHeaders(headers: ReadonlyMap<string, string>, report: Report) {
  for (const name of headers.keys()) {
    if (name.toLowerCase() === 'authorization')
      return report(
        'authorization header must be changed via the basic_auth, authorization, oauth2, sigv4, azuread or google_iam parameter',
        { key: 'headers' },
      );
    if (reservedHeaders.has(name.toLowerCase()))
      return report(`${name} is a reserved header. It must not be changed`, { key: 'headers' });
  }
}

function readFields() {
  return {
    url: printed(optional(url())),
    remote_timeout: withDefault(duration(), 60_000),
    chunked_read_limit: withDefault(uint(), 50_000_000),
    headers: map(string()),
    read_recent: bool(),
    name: string(),
    ...httpClientFields(),
    required_matchers: labelSet(),
    filter_external_labels: withDefault(bool(), true),
  };
}
export type RemoteReadOptions = StructOf<ReturnType<typeof readFields>>;

export function remoteRead(): Schema<RemoteReadOptions> {
  return httpClientStruct(readFields(), {
    typeName: 'config.plain',
    check(remote, report) {
      if (remote.url === undefined) return report('url for remote_read is empty');
      checkHeaders(remote.headers, report);
    },
  });
}

/** Joins relative paths with the directory of the file that names them. */
export function resolveRemotePaths<T extends RemoteWriteOptions | RemoteReadOptions>(
  options: T,
  directory: string,
): T {
  return { ...options, ...resolveHttpPaths(options, directory) };
}
