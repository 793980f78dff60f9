import { duration, int, list, printed, string, struct, withDefault } from '../../yaml/index.js';

const typesWithPort: readonly string[] = ['A', 'AAAA', 'MX', 'NS'];

/** Source: discovery/dns/dns.go. */
export function dnsDiscovery() {
  return struct(
    {
      names: printed(list(string())),
      refresh_interval: withDefault(duration(), 30_000),
      type: printed(withDefault(string(), 'SRV')),
      port: printed(int()),
    },
    {
      typeName: 'dns.plain',
      check({ names, type, port }, report) {
        if (names.length === 0) return report('DNS-SD config must contain at least one SRV record name');
        const kind = type.toUpperCase();
        if (kind === 'SRV') return;
        if (!typesWithPort.includes(kind)) report(`invalid DNS-SD records type ${type}`, { key: 'type' });
        else if (port === 0) report('a port is required in DNS-SD configs for all record types except SRV');
      },
    },
  );
}
