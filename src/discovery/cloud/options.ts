/** Blocks of the clouds' mechanisms, which are checked and printed, and which nothing acts on. Source: discovery. */
import { quoteGo } from '../../base/index.js';
import { httpClientFields, httpClientStruct, parseGoUrl, secret, tlsConfig } from '../../http/options.js';
import { bool, duration, int, list, printed, raw, string, struct, withDefault } from '../../yaml/index.js';
import { checkHttpUrl } from '../http/options.js';
import { oneOf, port, refresh } from './refresh-fields.js';

export * from './aws-options.js';
export { azureDiscovery } from './azure-options.js';
export { ociDiscovery } from './oci-options.js';
export { scalewayDiscovery } from './scaleway-options.js';

export function digitalOceanDiscovery() {
  const role = oneOf(['droplets', 'databases'], (text) => `unknown DigitalOcean SD role ${quoteGo(text)}`);
  return httpClientStruct(
    {
      ...httpClientFields(),
      refresh_interval: printed(refresh()),
      port: port(),
      role: printed(withDefault(role, 'droplets')),
      // A field of upstream's without a key of its own, which its YAML so knows.
      httpclient: printed(raw()),
    },
    {
      typeName: 'digitalocean.plain',
      check({ role }, report) {
        if (role === '') report('role missing (one of: droplets, databases)');
      },
    },
  );
}

export function gceDiscovery() {
  return struct(
    {
      project: printed(string()),
      zone: printed(string()),
      filter: string(),
      refresh_interval: refresh(),
      port: port(),
      tag_separator: withDefault(string(), ','),
    },
    {
      typeName: 'gce.plain',
      check({ project, zone }, report) {
        if (project === '') report('GCE SD configuration requires a project');
        else if (zone === '') report('GCE SD configuration requires a zone');
      },
    },
  );
}

export function hetznerDiscovery() {
  const role = oneOf(['robot', 'hcloud'], (text) => `unknown role ${quoteGo(text)}`);
  return httpClientStruct(
    {
      ...httpClientFields(),
      refresh_interval: printed(refresh()),
      port: port(),
      role: printed(role),
      label_selector: string(),
    },
    {
      typeName: 'hetzner.plain',
      check({ role }, report) {
        if (role === '') report('role missing (one of: robot, hcloud)');
      },
    },
  );
}

export function ionosDiscovery() {
  return httpClientStruct(
    {
      datacenter_id: printed(string()),
      ...httpClientFields(),
      refresh_interval: printed(refresh()),
      port: port(),
    },
    {
      typeName: 'ionos.plain',
      check({ datacenterId }, report) {
        if (datacenterId === '') report("datacenter id can't be empty");
      },
    },
  );
}

export function linodeDiscovery() {
  return httpClientStruct(
    {
      ...httpClientFields(),
      refresh_interval: printed(refresh()),
      port: port(),
      tag_separator: withDefault(string(), ','),
      region: string(),
    },
    { typeName: 'linode.plain' },
  );
}

const availabilities: readonly string[] = ['public', 'internal', 'admin'];

export function openstackDiscovery() {
  const role = oneOf(
    ['hypervisor', 'instance', 'loadbalancer'],
    (text) => `unknown OpenStack SD role ${quoteGo(text)}`,
  );
  return struct(
    {
      identity_endpoint: printed(string()),
      username: printed(string()),
      userid: printed(string()),
      password: printed(secret()),
      project_name: printed(string()),
      project_id: printed(string()),
      domain_name: printed(string()),
      domain_id: printed(string()),
      application_credential_name: printed(string()),
      application_credential_id: printed(string()),
      application_credential_secret: printed(secret()),
      role: printed(role),
      region: printed(string()),
      refresh_interval: printed(refresh()),
      port: port(),
      all_tenants: bool(),
      tls_config: tlsConfig(),
      availability: withDefault(string(), 'public'),
    },
    {
      typeName: 'openstack.plain',
      check({ availability, role, region }, report) {
        if (!availabilities.includes(availability))
          report(`unknown availability ${availability}, must be one of admin, internal or public`);
        else if (role === '') report('role missing (one of: instance, hypervisor, loadbalancer)');
        else if (region === '') report('openstack SD configuration requires a region');
      },
    },
  );
}

export function outscaleDiscovery() {
  return httpClientStruct(
    {
      endpoint: string(),
      region: printed(withDefault(string(), 'eu-west-2')),
      access_key: printed(string()),
      secret_key: printed(secret()),
      secret_key_file: printed(string()),
      refresh_interval: refresh(),
      port: port(),
      ...httpClientFields(),
    },
    {
      typeName: 'outscale.plain',
      check({ region, accessKey, secretKey, secretKeyFile }, report) {
        if (region === '') report('outscale SD configuration requires a region');
        else if (accessKey === '') report('outscale SD configuration requires access_key');
        else if (secretKey.isEmpty && secretKeyFile === '')
          report('one of secret_key & secret_key_file must be configured');
        else if (!secretKey.isEmpty && secretKeyFile !== '')
          report('at most one of secret_key & secret_key_file must be configured');
      },
      complete: (outscale) => ({
        ...outscale,
        endpoint: outscale.endpoint || `https://api.${outscale.region}.outscale.com/api/v1`,
      }),
    },
  );
}

export function ovhcloudDiscovery() {
  return struct(
    {
      endpoint: printed(withDefault(string(), 'ovh-eu')),
      application_key: printed(string()),
      application_secret: printed(secret()),
      consumer_key: printed(secret()),
      refresh_interval: printed(refresh()),
      service: printed(string()),
    },
    {
      typeName: 'ovhcloud.plain',
      check({ endpoint, applicationKey, applicationSecret, consumerKey, service }, report) {
        if (endpoint === '') report('endpoint can not be empty');
        else if (applicationKey === '') report('application key can not be empty');
        else if (applicationSecret.isEmpty) report('application secret can not be empty');
        else if (consumerKey.isEmpty) report('consumer key can not be empty');
        else if (service !== 'dedicated_server' && service !== 'vps') report(`unknown service: ${service}`);
      },
    },
  );
}

export function puppetdbDiscovery() {
  return httpClientStruct(
    {
      ...httpClientFields(),
      refresh_interval: refresh(),
      url: printed(string()),
      query: printed(string()),
      include_parameters: printed(bool()),
      port: port(),
    },
    {
      typeName: 'puppetdb.plain',
      check({ url, query }, report) {
        checkHttpUrl(url, report);
        if (query === '') report('query missing');
      },
    },
  );
}

export function stackitDiscovery() {
  return httpClientStruct(
    {
      ...httpClientFields(),
      project: printed(string()),
      refresh_interval: refresh(),
      port: withDefault(int(), 80),
      region: withDefault(string(), 'eu01'),
      endpoint: string(),
      service_account_key: secret(),
      private_key: secret(),
      service_account_key_path: string(),
      private_key_path: string(),
      credentials_file_path: string(),
    },
    {
      typeName: 'stackit.plain',
      check({ endpoint, region }, report) {
        if (endpoint === '' && region === '') return report('stackit_sd: endpoint and region missing');
        const parsed = parseGoUrl(endpoint);
        if (!parsed.ok) report(`stackit_sd: invalid endpoint ${quoteGo(endpoint)}: ${parsed.error}`);
      },
    },
  );
}

export function tritonDiscovery() {
  return struct(
    {
      account: printed(string()),
      role: printed(withDefault(string(), 'container')),
      dns_suffix: printed(string()),
      endpoint: printed(string()),
      groups: list(string()),
      port: printed(withDefault(int(), 9163)),
      refresh_interval: refresh(),
      tls_config: tlsConfig(),
      version: printed(withDefault(int(), 1)),
    },
    {
      typeName: 'triton.plain',
      check({ role, account, dnsSuffix, endpoint, refreshInterval }, report) {
        if (role !== 'container' && role !== 'cn')
          report("triton SD configuration requires role to be 'container' or 'cn'");
        else if (account === '') report('triton SD configuration requires an account');
        else if (dnsSuffix === '') report('triton SD configuration requires a dns_suffix');
        else if (endpoint === '') report('triton SD configuration requires an endpoint');
        else if (refreshInterval <= 0)
          report('triton SD configuration requires RefreshInterval to be a positive integer');
      },
    },
  );
}

export function uyuniDiscovery() {
  return httpClientStruct(
    {
      server: printed(string()),
      username: printed(string()),
      password: printed(secret()),
      ...httpClientFields(),
      entitlement: withDefault(string(), 'monitoring_entitled'),
      separator: withDefault(string(), ','),
      refresh_interval: refresh(),
    },
    {
      typeName: 'uyuni.plain',
      check({ server, username, password }, report) {
        if (server === '') return report('Uyuni SD configuration requires server host');
        const parsed = parseGoUrl(server);
        if (!parsed.ok) report(`Uyuni Server URL is not valid: ${parsed.error}`);
        else if (username === '') report('Uyuni SD configuration requires a username');
        else if (password.isEmpty) report('Uyuni SD configuration requires a password');
      },
    },
  );
}

export function vultrDiscovery() {
  return httpClientStruct(
    { ...httpClientFields(), refresh_interval: printed(refresh()), port: port() },
    { typeName: 'vultr.plain' },
  );
}

export function kumaDiscovery() {
  return httpClientStruct(
    {
      ...httpClientFields(),
      refresh_interval: withDefault(duration(), 15_000),
      fetch_timeout: withDefault(duration(), 120_000),
      server: string(),
      client_id: string(),
    },
    {
      typeName: 'xds.plainKumaConf',
      check({ server }, report) {
        if (server === '') return report('kuma SD server must not be empty: ');
        const parsed = parseGoUrl(server);
        if (!parsed.ok) report(parsed.error, { key: 'server' });
        else if (parsed.url.scheme === '' || parsed.url.host === '')
          report(`kuma SD server must not be empty and have a scheme: ${server}`, { key: 'server' });
      },
    },
  );
}

/** Serversets and Nerve, both in ZooKeeper. */
export function zookeeperDiscovery(name: 'serverset' | 'nerve') {
  return struct(
    {
      servers: printed(list(string())),
      paths: printed(list(string())),
      timeout: withDefault(duration(), 10_000),
    },
    {
      typeName: 'zookeeper.plain',
      check({ servers, paths }, report) {
        if (servers.length === 0)
          return report(`${name} SD config must contain at least one Zookeeper server`);
        if (paths.length === 0) return report(`${name} SD config must contain at least one path`);
        const wrong = paths.find((path) => !path.startsWith('/'));
        if (wrong !== undefined) report(`${name} SD config paths must begin with '/': ${wrong}`);
      },
    },
  );
}
