import { quoteGo } from '../../base/index.js';
import { httpClientFields, httpClientStruct, secret } from '../../http/options.js';
import { duration, printed, string, withDefault } from '../../yaml/index.js';
import { port, refreshMs } from './refresh-fields.js';

const azureMethods: readonly string[] = ['OAuth', 'ManagedIdentity', 'SDK', 'WorkloadIdentity'];

export function azureDiscovery() {
  return httpClientStruct(
    {
      environment: withDefault(string(), 'AzurePublicCloud'),
      port: port(),
      subscription_id: printed(string()),
      tenant_id: string(),
      client_id: string(),
      client_secret: secret(),
      refresh_interval: withDefault(duration(), 5 * refreshMs),
      authentication_method: withDefault(string(), 'OAuth'),
      resource_group: string(),
      ...httpClientFields(),
    },
    {
      typeName: 'azure.plain',
      check(azure, report) {
        const missing = (name: string): void => report(`azure SD configuration requires a ${name}`);
        if (azure.subscriptionId === '') return missing('subscription_id');
        if (azure.authenticationMethod === 'OAuth') {
          if (azure.tenantId === '') return missing('tenant_id');
          if (azure.clientId === '') return missing('client_id');
          if (azure.clientSecret.isEmpty) return missing('client_secret');
        }
        if (azureMethods.includes(azure.authenticationMethod)) return;
        const [first, second, third, last] = azureMethods.map((name) => quoteGo(name));
        const supported = `${first}, ${second}, ${third} or ${last}`;
        report(
          `unknown authentication_type ${quoteGo(azure.authenticationMethod)}. Supported types are ${supported}`,
        );
      },
    },
  );
}
