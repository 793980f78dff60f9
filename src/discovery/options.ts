/** The service discovery blocks of a job. Source: discovery/registry.go, discovery/file/file.go. */
import path from 'node:path';
import { quoteGo } from '../base/index.js';
import { joinPath } from '../http/options.js';
import { Labels } from '../model/index.js';
import {
  duration,
  type Fields,
  labelSet,
  list,
  optional,
  type RawYaml,
  type Report,
  raw,
  refine,
  type Schema,
  type StructOf,
  string,
  struct,
  withDefault,
} from '../yaml/index.js';
import type { TargetGroup } from './target-group.js';

/** The mechanisms that are known by name and not yet implemented. */
export const otherMechanisms = [
  'aws',
  'azure',
  'consul',
  'digitalocean',
  'dns',
  'docker',
  'dockerswarm',
  'ec2',
  'ecs',
  'elasticache',
  'eureka',
  'gce',
  'hetzner',
  'http',
  'ionos',
  'kubernetes',
  'kuma',
  'lightsail',
  'linode',
  'marathon',
  'msk',
  'nerve',
  'nomad',
  'oci',
  'openstack',
  'outscale',
  'ovhcloud',
  'puppetdb',
  'rds',
  'scaleway',
  'serverset',
  'stackit',
  'triton',
  'uyuni',
  'vultr',
] as const;
export type OtherMechanism = (typeof otherMechanisms)[number];

export interface FileDiscoveryOptions {
  readonly files: readonly string[];
  readonly refreshIntervalMs: number;
}

export interface DiscoveryOptions {
  readonly staticGroups: readonly TargetGroup[];
  readonly fileConfigs: readonly FileDiscoveryOptions[];
  /** Blocks of mechanisms that nothing acts on, as they stand. */
  readonly unsupported: ReadonlyMap<OtherMechanism, readonly RawYaml[]>;
}

interface WrittenGroup {
  readonly targets: readonly string[];
  readonly labels: ReadonlyMap<string, string>;
}

/** A group as files and `static_configs` write it. */
export function writtenGroup(): Schema<WrittenGroup | undefined> {
  return optional(
    struct(
      { targets: list(string()), labels: labelSet() },
      {
        typeName:
          'struct { Targets []string "yaml:\\"targets\\""; Labels model.LabelSet "yaml:\\"labels\\"" }',
      },
    ),
  );
}

export function toTargetGroup(group: WrittenGroup, source: string): TargetGroup {
  return {
    source,
    targets: group.targets.map((address) => Labels.fromPairs('__address__', address)),
    labels: Labels.fromPairs(...[...group.labels].flat()),
  };
}

/** Groups are numbered over the job, so that each has its own source. */
function staticConfigs(): Schema<readonly TargetGroup[]> {
  return refine<(WrittenGroup | undefined)[], readonly TargetGroup[]>(list(writtenGroup()), {
    zero: [],
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

function fileConfig() {
  return struct(
    { files: list(string()), refresh_interval: withDefault(duration(), defaultRefreshMs) },
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

type OtherFields = Record<`${OtherMechanism}_sd_configs`, Schema<(RawYaml | undefined)[]>>;

/** The keys of all mechanisms, to be spread into the struct that holds them inline. */
export function discoveryFields() {
  const others = Object.fromEntries(otherMechanisms.map((name) => [`${name}_sd_configs`, list(raw())]));
  return {
    static_configs: staticConfigs(),
    file_sd_configs: list(optional(fileConfig())),
    ...(others as OtherFields),
  } satisfies Fields;
}
type DiscoveryFields = StructOf<ReturnType<typeof discoveryFields>>;

/** What the keys of `discoveryFields` hold, found in the struct they were spread into. */
export function takeDiscovery(value: DiscoveryFields): DiscoveryOptions {
  const unsupported = new Map<OtherMechanism, readonly RawYaml[]>();
  for (const name of otherMechanisms) {
    const blocks = value[`${name}SdConfigs`].filter((block) => block !== undefined);
    if (blocks.length > 0) unsupported.set(name, blocks);
  }
  return {
    staticGroups: value.staticConfigs,
    fileConfigs: value.fileSdConfigs.flatMap((config) =>
      config === undefined ? [] : [{ files: config.files, refreshIntervalMs: config.refreshInterval }],
    ),
    unsupported,
  };
}

/** Null blocks are refused. */
export function checkDiscovery(value: DiscoveryFields, report: Report): void {
  for (const name of ['file', ...otherMechanisms] as const) {
    if ((value[`${name}SdConfigs`] as readonly unknown[]).includes(undefined)) {
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
  return {
    ...options,
    fileConfigs: options.fileConfigs.map((config) => ({
      ...config,
      files: config.files.map((file) => path.normalize(joinPath(directory, file))),
    })),
  };
}
