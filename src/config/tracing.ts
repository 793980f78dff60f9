import { reservedHeaders, resolveTlsPaths, tlsConfig } from '../http/options.js';
import {
  bool,
  duration,
  float,
  map,
  refine,
  type Schema,
  type StructOf,
  string,
  struct,
  withDefault,
} from '../yaml/index.js';

function clientType(): Schema<string> {
  return withDefault(
    refine(string(), {
      zero: '',
      convert(text, report) {
        if (text === 'http' || text === 'grpc') return text;
        report(`expected tracing client type to be to be http or grpc, but got ${text}`);
        return undefined;
      },
    }),
    'grpc',
  );
}

function fields() {
  return {
    client_type: clientType(),
    endpoint: string(),
    sampling_fraction: float(),
    insecure: bool(),
    tls_config: tlsConfig(),
    headers: map(string()),
    compression: string(),
    timeout: duration(),
  };
}
export type TracingOptions = StructOf<ReturnType<typeof fields>>;

/** The block `tracing`. Source: config.go (TracingConfig). */
export function tracing(): Schema<TracingOptions> {
  return struct(fields(), {
    typeName: 'config.plain',
    check({ headers, endpoint, compression }, report) {
      for (const name of headers.keys()) {
        if (name.toLowerCase() === 'authorization')
          return report('custom authorization header configuration is not yet supported', { key: 'headers' });
        if (reservedHeaders.has(name.toLowerCase()))
          return report(`${name} is a reserved header. It must not be changed`, { key: 'headers' });
      }
      if (endpoint === '') return report('tracing endpoint must be set');
      if (compression !== '' && compression !== 'gzip')
        report(`invalid compression type ${compression} provided, valid options: gzip`, {
          key: 'compression',
        });
    },
  });
}

export function resolveTracingPaths(options: TracingOptions, directory: string): TracingOptions {
  return { ...options, tlsConfig: resolveTlsPaths(options.tlsConfig, directory) };
}
