export { BlockPool, BodyBuffer } from './body-buffer.js';
export { ByteBudget } from './byte-budget.js';
export { Cancellation } from './cancellation.js';
export { encodeQuery, escapePath, formatUrl, type UrlParts } from './go-url.js';
export { createBodyMemory, createHttpClient, type HttpClientPorts } from './http-client.js';
export {
  bodyLimitError,
  type HttpGet,
  type HttpGetFailure,
  type HttpGetRequest,
  type HttpGetResponse,
} from './http-get.js';
export {
  checkHttpClient,
  defaultHttpClientOptions,
  type HttpClientOptions,
  httpClientFields,
  joinPath,
  resolveHttpPaths,
  takeHttpClient,
  tlsConfig,
} from './options.js';
export { Secret } from './secret.js';
