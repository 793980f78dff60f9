import { httpClientFields, httpClientStruct, parseGoUrl } from '../../http/options.js';
import {
  bool,
  duration,
  int,
  list,
  printed,
  type Report,
  string,
  struct,
  withDefault,
} from '../../yaml/index.js';

function filters() {
  const filter = struct(
    { name: printed(string()), values: printed(list(string())) },
    { typeName: 'moby.Filter' },
  );
  return printed(list(filter));
}

function isHostSound(host: string, report: Report): boolean {
  if (host === '') {
    report('host missing');
    return false;
  }
  const parsed = parseGoUrl(host);
  if (!parsed.ok) report(parsed.error, { key: 'host' });
  return parsed.ok;
}

/** Source: discovery/moby/docker.go. */
export function dockerDiscovery() {
  return httpClientStruct(
    {
      ...httpClientFields(),
      host: printed(string()),
      port: printed(withDefault(int(), 80)),
      filters: filters(),
      host_networking_host: printed(withDefault(string(), 'localhost')),
      refresh_interval: printed(withDefault(duration(), 60_000)),
      match_first_network: printed(withDefault(bool(), true)),
    },
    {
      typeName: 'moby.plain',
      check({ host }, report) {
        isHostSound(host, report);
      },
    },
  );
}

/** Source: discovery/moby/dockerswarm.go. */
export function dockerSwarmDiscovery() {
  return httpClientStruct(
    {
      ...httpClientFields(),
      host: printed(string()),
      role: printed(string()),
      port: printed(withDefault(int(), 80)),
      filters: filters(),
      refresh_interval: printed(withDefault(duration(), 60_000)),
    },
    {
      typeName: 'moby.plain',
      check({ host, role }, report) {
        if (!isHostSound(host, report)) return;
        if (role === '') report('role missing (one of: tasks, services, nodes)');
        else if (!['services', 'nodes', 'tasks'].includes(role))
          report(`invalid role ${role}, expected tasks, services, or nodes`, { key: 'role' });
      },
    },
  );
}
