export { checkHttpClient } from './check-http-client.js';
export {
  defaultHttpClientOptions,
  type HttpClientOptions,
  httpClientFields,
  type TlsOptions,
  type TlsVersion,
  takeHttpClient,
  tlsConfig,
} from './http-fields.js';
export { joinPath, resolveHttpPaths } from './resolve-http-paths.js';
export { Secret } from './secret.js';
