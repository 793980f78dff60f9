import { httpClientFields, httpClientStruct, parseGoUrl } from '../../http/options.js';
import { duration, string, withDefault } from '../../yaml/index.js';

/** Source: discovery/eureka/eureka.go. */
export function eurekaDiscovery() {
  return httpClientStruct(
    { server: string(), ...httpClientFields(), refresh_interval: withDefault(duration(), 30_000) },
    {
      typeName: 'eureka.plain',
      check({ server }, report) {
        if (server === '') return report('eureka_sd: empty or null eureka server');
        const parsed = parseGoUrl(server);
        if (!parsed.ok) return report(parsed.error, { key: 'server' });
        if (parsed.url.scheme === '' || parsed.url.host === '')
          report('eureka_sd: invalid eureka server URL', { key: 'server' });
      },
    },
  );
}
