/** The service discovery blocks of a job. Source: discovery/registry.go, discovery/file/file.go. */
import path from 'node:path';
import { quoteGo } from '../base/index.js';
import {
  type HttpClientOptions,
  joinPath,
  resolveHttpPaths,
  resolveTlsPaths,
  type TlsOptions,
} from '../http/options.js';
import { Labels } from '../model/index.js';
import {
  duration,
  labelSet,
  list,
  optional,
  printed,
  type Report,
  refine,
  type Schema,
  type StructOf,
  string,
  struct,
  withDefault,
  type YamlValue,
} from '../yaml/index.js';
import {
  awsDiscovery,
  azureDiscovery,
  clusterDiscovery,
  digitalOceanDiscovery,
  ec2Discovery,
  gceDiscovery,
  hetznerDiscovery,
  ionosDiscovery,
  kumaDiscovery,
  lightsailDiscovery,
  linodeDiscovery,
  ociDiscovery,
  openstackDiscovery,
  outscaleDiscovery,
  ovhcloudDiscovery,
  puppetdbDiscovery,
  rdsDiscovery,
  scalewayDiscovery,
  stackitDiscovery,
  tritonDiscovery,
  uyuniDiscovery,
  vultrDiscovery,
  zookeeperDiscovery,
} from './cloud/options.js';
import { consulDiscovery } from './consul/options.js';
import { dnsDiscovery } from './dns/options.js';
import { eurekaDiscovery } from './eureka/options.js';
import { httpDiscovery } from './http/options.js';
import { kubernetesDiscovery } from './kubernetes/options.js';
import { marathonDiscovery } from './marathon/options.js';
import { dockerDiscovery, dockerSwarmDiscovery } from './moby/options.js';
import { nomadDiscovery } from './nomad/options.js';
import type { TargetGroup } from './target-group.js';

/** Every mechanism that searches, by the name that `<name>_sd_configs` gives it. */
function mechanismSchemas() {
  return {
    aws: awsDiscovery(),
    azure: azureDiscovery(),
    consul: consulDiscovery(),
    digitalocean: digitalOceanDiscovery(),
    dns: dnsDiscovery(),
    docker: dockerDiscovery(),
    dockerswarm: dockerSwarmDiscovery(),
    ec2: ec2Discovery(),
    ecs: clusterDiscovery(20),
    elasticache: clusterDiscovery(10),
    eureka: eurekaDiscovery(),
    file: fileDiscovery(),
    gce: gceDiscovery(),
    hetzner: hetznerDiscovery(),
    http: httpDiscovery(),
    ionos: ionosDiscovery(),
    kubernetes: kubernetesDiscovery(),
    kuma: kumaDiscovery(),
    lightsail: lightsailDiscovery(),
    linode: linodeDiscovery(),
    marathon: marathonDiscovery(),
    msk: clusterDiscovery(10),
    nerve: zookeeperDiscovery('nerve'),
    nomad: nomadDiscovery(),
    oci: ociDiscovery(),
    openstack: openstackDiscovery(),
    outscale: outscaleDiscovery(),
    ovhcloud: ovhcloudDiscovery(),
    puppetdb: puppetdbDiscovery(),
    rds: rdsDiscovery(),
    scaleway: scalewayDiscovery(),
    serverset: zookeeperDiscovery('serverset'),
    stackit: stackitDiscovery(),
    triton: tritonDiscovery(),
    uyuni: uyuniDiscovery(),
    vultr: vultrDiscovery(),
  } as const;
}
type Schemas = ReturnType<typeof mechanismSchemas>;
export type Mechanism = keyof Schemas;

/** What a block of the mechanism says. Durations are milliseconds. */
export type OptionsOf<M extends Mechanism> = Schemas[M] extends Schema<infer T> ? T : never;

export type FileDiscoveryOptions = OptionsOf<'file'>;

export interface DiscoveryOptions {
  readonly staticGroups: readonly TargetGroup[];
  /** Mechanisms without a block are absent. */
  readonly configs: { readonly [M in Mechanism]?: readonly OptionsOf<M>[] };
}

interface WrittenGroup {
  readonly targets: readonly string[];
  readonly labels: ReadonlyMap<string, string>;
}

/** A group as files and `static_configs` write it. */
export function writtenGroup(): Schema<WrittenGroup | undefined> {
  return optional(groupSchema());
}

function groupSchema(): Schema<WrittenGroup> {
  return struct(
    { targets: printed(list(string())), labels: labelSet() },
    {
      typeName: 'struct { Targets []string "yaml:\\"targets\\""; Labels model.LabelSet "yaml:\\"labels\\"" }',
    },
  ) as Schema<WrittenGroup>;
}

export function toTargetGroup(group: WrittenGroup, source: string): TargetGroup {
  return {
    source,
    targets: group.targets.map((address) => Labels.fromPairs('__address__', address)),
    labels: Labels.fromPairs(...[...group.labels].flat()),
  };
}

function printGroup({ targets, labels }: TargetGroup): YamlValue {
  const group = {
    targets: targets.map((target) => target.get('__address__')),
    labels: new Map(labels),
  };
  return groupSchema().print(group);
}

/** Groups are numbered over the job, so that each has its own source. */
function staticConfigs(): Schema<readonly TargetGroup[]> {
  return refine<(WrittenGroup | undefined)[], readonly TargetGroup[]>(list(writtenGroup()), {
    zero: [],
    print: (groups) => groups.map(printGroup),
    convert(groups, report) {
      return groups.flatMap((group, i) => {
        if (group === undefined) report('empty or null section in static_configs');
        return group === undefined ? [] : [toTargetGroup(group, String(i))];
      });
    },
  });
}

const filePattern = /^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$/;
const defaultRefreshMs = 5 * 60 * 1000;

/** Source: discovery/file/file.go. */
function fileDiscovery() {
  return struct(
    { files: printed(list(string())), refresh_interval: withDefault(duration(), defaultRefreshMs) },
    {
      typeName: 'file.plain',
      check({ files }, report) {
        if (files.length === 0) {
          report('file service discovery config must contain at least one path name');
        }
        for (const name of files) {
          if (!filePattern.test(name)) {
            report(`path name ${quoteGo(name)} is not valid for file discovery`, { key: 'files' });
          }
        }
      },
    },
  );
}

type ListFields = {
  [M in Mechanism as `${M}_sd_configs`]: Schema<(OptionsOf<M> | undefined)[]>;
};

/** The keys of all mechanisms, to be spread into the struct that holds them inline; in the order they are printed in. */
export function discoveryFields() {
  const lists = Object.entries(mechanismSchemas()).map(
    ([name, schema]) => [`${name}_sd_configs`, list(optional(schema as Schema<unknown>))] as const,
  );
  const entries = [...lists, ['static_configs', staticConfigs()] as const];
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries) as ListFields & { static_configs: Schema<readonly TargetGroup[]> };
}
export type WrittenDiscovery = StructOf<ReturnType<typeof discoveryFields>>;

export const mechanisms = Object.keys(mechanismSchemas()) as readonly Mechanism[];

/** Those that a server runs. */
export const runnableMechanisms: ReadonlySet<Mechanism> = new Set(['file']);

const keyOf = (name: Mechanism) => `${name}SdConfigs` as const;

/** What the keys of `discoveryFields` hold, found in the struct they were spread into. */
export function takeDiscovery(value: WrittenDiscovery): DiscoveryOptions {
  const configs = mechanisms.flatMap((name) => {
    const blocks = (value[keyOf(name)] as readonly unknown[]).filter((block) => block !== undefined);
    return blocks.length === 0 ? [] : [[name, blocks] as const];
  });
  return { staticGroups: value.staticConfigs, configs: Object.fromEntries(configs) };
}

/** The other way round. */
export function writtenDiscovery({ staticGroups, configs }: DiscoveryOptions): WrittenDiscovery {
  const lists = mechanisms.map((name) => [keyOf(name), configs[name] ?? []] as const);
  return { ...Object.fromEntries(lists), staticConfigs: staticGroups } as WrittenDiscovery;
}

/** Null blocks are refused. */
export function checkDiscovery(value: WrittenDiscovery, report: Report): void {
  for (const name of mechanisms) {
    if ((value[keyOf(name)] as readonly unknown[]).includes(undefined)) {
      report(`empty or null section in ${name}_sd_configs`, { key: `${name}_sd_configs` });
    }
  }
}

/** Upstream's check of an address: a URL is none. */
export function checkTargetAddress(address: string): string | undefined {
  return address.includes('/') ? `${quoteGo(address)} is not a valid hostname` : undefined;
}

export function checkStaticTargets(groups: readonly TargetGroup[], report: Report): void {
  for (const group of groups) {
    for (const target of group.targets) {
      const problem = checkTargetAddress(target.get('__address__'));
      if (problem !== undefined) report(problem, { key: 'static_configs' });
    }
  }
}

/** Joins relative paths with the directory of the file that names them. */
export function resolveDiscoveryPaths(options: DiscoveryOptions, directory: string): DiscoveryOptions {
  const configs = Object.entries(options.configs).map(
    ([name, blocks]) => [name, blocks.map((block) => resolvePaths(block, directory))] as const,
  );
  return { ...options, configs: Object.fromEntries(configs) };
}

const pathKeys = ['authTokenFile', 'kubeconfigFile', 'keyFile', 'keyPassphraseFile', 'secretKeyFile'];

function resolvePaths(block: object, directory: string): object {
  const resolved: Record<string, unknown> = { ...block };
  for (const key of pathKeys) {
    const file = resolved[key];
    if (typeof file === 'string') resolved[key] = joinPath(directory, file);
  }
  if ('files' in block)
    resolved.files = (block.files as string[]).map((file) => path.normalize(joinPath(directory, file)));
  if ('httpHeaders' in block)
    Object.assign(resolved, resolveHttpPaths(resolved as unknown as HttpClientOptions, directory));
  else if ('tlsConfig' in block)
    resolved.tlsConfig = resolveTlsPaths(block.tlsConfig as TlsOptions, directory);
  return resolved;
}
