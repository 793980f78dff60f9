import { httpClientFields, httpClientStruct, secret } from '../../http/options.js';
import { duration, list, string, withDefault } from '../../yaml/index.js';

/** Source: discovery/marathon/marathon.go. */
export function marathonDiscovery() {
  return httpClientStruct(
    {
      servers: list(string()),
      refresh_interval: withDefault(duration(), 30_000),
      auth_token: secret(),
      auth_token_file: string(),
      ...httpClientFields(),
    },
    {
      typeName: 'marathon.plain',
      check(marathon, report) {
        const { authToken, authTokenFile, bearerToken, bearerTokenFile } = marathon;
        if (marathon.servers.length === 0)
          return report('marathon_sd: must contain at least one Marathon server');
        if (!authToken.isEmpty && authTokenFile !== '')
          return report('marathon_sd: at most one of auth_token & auth_token_file must be configured');
        if (authToken.isEmpty && authTokenFile === '') return;
        if (marathon.basicAuth !== undefined)
          report('marathon_sd: at most one of basic_auth, auth_token & auth_token_file must be configured');
        else if (!bearerToken.isEmpty || bearerTokenFile !== '')
          report(
            'marathon_sd: at most one of bearer_token, bearer_token_file, auth_token & auth_token_file must be configured',
          );
        else if (marathon.authorization !== undefined)
          report(
            'marathon_sd: at most one of auth_token, auth_token_file & authorization must be configured',
          );
      },
    },
  );
}
