import { httpClientFields, httpClientStruct, secret } from '../../http/options.js';
import { bool, duration, list, map, printed, string, withDefault } from '../../yaml/index.js';

/** Source: discovery/consul/consul.go. */
export function consulDiscovery() {
  return httpClientStruct(
    {
      server: withDefault(string(), 'localhost:8500'),
      path_prefix: string(),
      token: secret(),
      datacenter: string(),
      namespace: string(),
      partition: string(),
      tag_separator: withDefault(string(), ','),
      scheme: withDefault(string(), 'http'),
      username: string(),
      password: secret(),
      allow_stale: printed(withDefault(bool(), true)),
      refresh_interval: withDefault(duration(), 30_000),
      services: list(string()),
      tags: list(string()),
      node_meta: map(string()),
      filter: string(),
      health_filter: string(),
      ...httpClientFields(),
    },
    {
      typeName: 'consul.plain',
      check(consul, report) {
        if (consul.server.trim() === '')
          return report('consul SD configuration requires a server address', { key: 'server' });
        if ((consul.username !== '' || !consul.password.isEmpty) && consul.basicAuth !== undefined)
          return report(
            'at most one of consul SD configuration username and password and basic auth can be configured',
          );
        if (!consul.token.isEmpty && (consul.authorization !== undefined || consul.oauth2 !== undefined))
          report('at most one of consul SD token, authorization, or oauth2 can be configured');
      },
      complete(consul) {
        const { username, password } = consul;
        if (username === '' && password.isEmpty) return consul;
        const unset = { usernameFile: '', usernameRef: '', passwordFile: '', passwordRef: '' };
        return { ...consul, basicAuth: { username, password, ...unset } };
      },
    },
  );
}
