import { quoteGo } from '../../base/index.js';
import { httpClientFields, httpClientStruct, parseGoUrl, type Secret, secret } from '../../http/options.js';
import { list, printed, string, withDefault } from '../../yaml/index.js';
import { oneOf, port, refresh } from './refresh-fields.js';

export function scalewayDiscovery() {
  const role = oneOf(['instance', 'baremetal'], (text) => `unknown role ${quoteGo(text)}`);
  return httpClientStruct(
    {
      project_id: printed(string()),
      api_url: withDefault(string(), 'https://api.scaleway.com'),
      zone: printed(withDefault(string(), 'fr-par-1')),
      access_key: printed(string()),
      secret_key: printed(secret()),
      secret_key_file: printed(string()),
      name_filter: string(),
      tags_filter: list(string()),
      ...httpClientFields(),
      refresh_interval: printed(refresh()),
      port: port(),
      role: printed(role),
    },
    {
      typeName: 'scaleway.plain',
      check({ role, projectId, secretKey, secretKeyFile, accessKey, zone, apiUrl }, report) {
        if (role === '') report('role missing (one of: instance, baremetal)');
        else if (projectId === '') report('project_id is mandatory');
        else if (secretKey.isEmpty && secretKeyFile === '')
          report('one of secret_key & secret_key_file must be configured');
        else if (!secretKey.isEmpty && secretKeyFile !== '')
          report('at most one of secret_key & secret_key_file must be configured');
        else if (accessKey === '') report('access_key is mandatory');
        else {
          const problem = scalewayProblem({ accessKey, secretKey, secretKeyFile, projectId, zone, apiUrl });
          if (problem !== undefined) report(`scaleway-sdk-go: ${problem}`);
        }
      },
    },
  );
}

const scalewayZones: readonly string[] = [
  ...['fr-par-1', 'fr-par-2', 'fr-par-3'],
  ...['nl-ams-1', 'nl-ams-2', 'nl-ams-3'],
  ...['pl-waw-1', 'pl-waw-2', 'pl-waw-3'],
  'it-mil-1',
];
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const uuidForm = 'expected a UUID: xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx';

/** What the cloud's own client refuses. The key that upstream's text shows is hidden. Source: scaleway-sdk-go, scw. */
function scalewayProblem(given: {
  readonly accessKey: string;
  readonly secretKey: Secret;
  readonly secretKeyFile: string;
  readonly projectId: string;
  readonly zone: string;
  readonly apiUrl: string;
}): string | undefined {
  if (!/^SCW[A-Z0-9]{17}$/.test(given.accessKey))
    return `invalid access key format '${given.accessKey}', expected SCWXXXXXXXXXXXXXXXXX format`;
  if (given.secretKeyFile === '' && !uuid.test(given.secretKey.reveal()))
    return `invalid secret key format '<secret>', ${uuidForm}`;
  if (!uuid.test(given.projectId)) return `invalid project ID format '${given.projectId}', ${uuidForm}`;
  if (given.zone === '') return 'default zone cannot be empty';
  if (!/^[a-z]{2}-[a-z]{3,7}-[0-9]{1,2}$/.test(given.zone))
    return `invalid default zone format '${given.zone}', available zones are: ${scalewayZones.join(', ')}`;
  if (given.apiUrl === '' || !parseGoUrl(given.apiUrl).ok) return `invalid API url '${given.apiUrl}'`;
  if (given.apiUrl.endsWith('/'))
    return `invalid API url '${given.apiUrl}' it should not have a trailing slash`;
  return undefined;
}
