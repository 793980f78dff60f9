import { compareUtf8 } from '../base/index.js';
import type { HttpClientOptions, Secret } from '../http/options.js';
import type { YamlValue } from '../yaml/index.js';
import { maskUserInfo } from './mask-secrets.js';

type Entries = (readonly [key: string, value: YamlValue])[];

/** The `http_config` keys as upstream writes them: empty ones are left out, secrets are masked. */
export function httpEntries(http: HttpClientOptions): Entries {
  return [
    ...blockEntry('basic_auth', http.basicAuth),
    ...blockEntry('authorization', http.authorization),
    ...blockEntry('oauth2', http.oauth2),
    ...tlsEntry(http.tlsConfig),
    ['follow_redirects', http.followRedirects],
    ['enable_http2', http.enableHttp2],
    ...(http.proxyUrl === '' ? [] : [['proxy_url', maskUserInfo(http.proxyUrl)] as const]),
    ...(http.noProxy === '' ? [] : [['no_proxy', http.noProxy] as const]),
    ...(http.proxyFromEnvironment ? [['proxy_from_environment', true] as const] : []),
    ...headersEntry(http),
  ];
}

function blockEntry(key: string, block: object | undefined): Entries {
  return block === undefined ? [] : [[key, plainBlock(block)]];
}

/** Every set key of a struct of texts and secrets, under its name in the file. */
function plainBlock(block: object): ReadonlyMap<string, YamlValue> {
  const entries: Entries = [];
  for (const [key, value] of Object.entries(block) as [string, unknown][]) {
    const name = key.replace(/[A-Z0-9]/g, (letter) => `_${letter.toLowerCase()}`).replace('_2', '2');
    if (typeof value === 'string' && value !== '') entries.push([name, value]);
    else if (typeof value === 'boolean' && (value || name === 'insecure_skip_verify'))
      entries.push([name, value]);
    else if (isSecret(value) && !value.isEmpty) entries.push([name, String(value)]);
    else if (Array.isArray(value) && value.length > 0) entries.push([name, value.map(String)]);
    else if (value instanceof Map && value.size > 0 && name === 'endpoint_params')
      entries.push([name, value]);
  }
  return new Map(entries);
}

function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && 'reveal' in value;
}

function tlsEntry(tls: HttpClientOptions['tlsConfig']): Entries {
  const block = plainBlock(tls);
  const isUnset = block.size === 1 && !tls.insecureSkipVerify;
  return isUnset ? [] : [['tls_config', block]];
}

function headersEntry(http: HttpClientOptions): Entries {
  if (http.httpHeaders.size === 0) return [];
  const headers = [...http.httpHeaders].map(([name, header]) => [name, plainBlock(header)] as const);
  return [['http_headers', new Map(headers.sort(([a], [b]) => compareUtf8(a, b)))]];
}
