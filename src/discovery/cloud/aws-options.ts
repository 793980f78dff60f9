/** The mechanisms of AWS. Source: discovery/aws. */
import { quoteGo } from '../../base/index.js';
import { httpClientFields, httpClientStruct, secret } from '../../http/options.js';
import {
  bool,
  duration,
  int,
  list,
  optional,
  printed,
  refine,
  type Schema,
  string,
  struct,
  withDefault,
} from '../../yaml/index.js';

const refreshMs = 60_000;

function credentialFields() {
  return {
    access_key: string(),
    secret_key: secret(),
    profile: string(),
    role_arn: string(),
    external_id: string(),
  };
}

function filters() {
  const filter = struct(
    { name: printed(string()), values: printed(list(string())) },
    { typeName: 'aws.Filter' },
  );
  return list(optional(filter));
}

export function ec2Discovery() {
  return httpClientStruct(
    {
      endpoint: printed(string()),
      region: printed(string()),
      ...credentialFields(),
      refresh_interval: withDefault(duration(), refreshMs),
      port: printed(withDefault(int(), 80)),
      filters: printed(filters()),
      ...httpClientFields(),
    },
    {
      typeName: 'aws.plain',
      check({ filters }, report) {
        if (filters.some((filter) => filter?.values.length === 0))
          report('EC2 SD configuration filter values cannot be empty', { key: 'filters' });
      },
    },
  );
}

export function lightsailDiscovery() {
  return httpClientStruct(
    {
      endpoint: printed(string()),
      region: printed(string()),
      ...credentialFields(),
      refresh_interval: withDefault(duration(), refreshMs),
      port: printed(withDefault(int(), 80)),
      ...httpClientFields(),
    },
    { typeName: 'aws.plain' },
  );
}

function clusterFields() {
  return {
    region: printed(string()),
    endpoint: printed(string()),
    ...credentialFields(),
    clusters: list(string()),
    port: printed(withDefault(int(), 80)),
    refresh_interval: withDefault(duration(), refreshMs),
  };
}

/** ECS, MSK and ElastiCache are configured alike. */
export function clusterDiscovery(concurrency: number) {
  return httpClientStruct(
    { ...clusterFields(), request_concurrency: withDefault(int(), concurrency), ...httpClientFields() },
    { typeName: 'aws.plain' },
  );
}

export function rdsDiscovery() {
  return httpClientStruct(
    {
      ...clusterFields(),
      filters: printed(filters()),
      request_concurrency: withDefault(int(), 10),
      ...httpClientFields(),
    },
    { typeName: 'aws.plain' },
  );
}

const roles: readonly string[] = ['ec2', 'ecs', 'elasticache', 'lightsail', 'msk', 'rds'];

function role(): Schema<string> {
  return refine(string(), {
    zero: '',
    convert(text, report) {
      if (roles.includes(text)) return text;
      report(`unknown AWS SD role ${quoteGo(text)}`);
      return undefined;
    },
  });
}

/** All of them by role. What is unset there is what the role's own mechanism defaults to. */
export function awsDiscovery() {
  return httpClientStruct(
    {
      role: printed(role()),
      region: string(),
      endpoint: string(),
      ...credentialFields(),
      refresh_interval: duration(),
      port: int(),
      ...httpClientFields(),
      // Upstream begins with nothing here, where all others begin with its defaults.
      follow_redirects: printed(bool()),
      enable_http2: printed(bool()),
      filters: filters(),
      clusters: list(string()),
    },
    {
      typeName: 'aws.plain',
      check(aws, report) {
        if (aws.role === '') report('unknown AWS SD role ""', { key: 'role' });
      },
    },
  );
}
