export { checkHttpClient } from './check-http-client.js';
export { httpClientStruct } from './http-client-struct.js';
export {
  defaultHttpClientOptions,
  type HttpClientOptions,
  httpClientFields,
  secret,
  type TlsOptions,
  type TlsVersion,
  takeHttpClient,
  tlsConfig,
  url,
} from './http-fields.js';
export { maskUserInfo } from './mask-user-info.js';
export { parseGoUrl } from './parse-url.js';
export { reservedHeaders } from './reserved-headers.js';
export { joinPath, resolveHttpPaths, resolveTlsPaths } from './resolve-http-paths.js';
export { Secret } from './secret.js';
export { type SigV4Options, sigV4 } from './sigv4.js';
