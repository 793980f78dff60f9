import { httpClientFields, httpClientStruct } from '../../http/options.js';
import { bool, duration, printed, string, withDefault } from '../../yaml/index.js';

/** Source: discovery/nomad/nomad.go. */
export function nomadDiscovery() {
  return httpClientStruct(
    {
      allow_stale: printed(withDefault(bool(), true)),
      ...httpClientFields(),
      namespace: printed(withDefault(string(), 'default')),
      refresh_interval: printed(withDefault(duration(), 60_000)),
      region: printed(withDefault(string(), 'global')),
      server: printed(withDefault(string(), 'http://localhost:4646')),
      tag_separator: withDefault(string(), ','),
    },
    {
      typeName: 'nomad.plain',
      check({ server }, report) {
        if (server.trim() === '') report('nomad SD configuration requires a server address');
      },
    },
  );
}
