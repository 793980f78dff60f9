/** What flags say of the HTTP surface (web.* of cmd/prometheus), and bounds that have no flag. */
export interface WebOptions {
  /** `host:port`, `:port` or `[v6]:port`; the first one is what local targets are compared with. */
  readonly listenAddresses: readonly string[];
  /** Where clients find us, without a trailing slash. */
  readonly externalUrl: string;
  /** `/`, or `/prom`: starts with a slash, does not end with one. */
  readonly routePrefix: string;
  /** --web.enable-lifecycle */
  readonly enableLifecycle: boolean;
  /** --web.enable-admin-api */
  readonly enableAdminApi: boolean;
  /** --web.cors.origin, to be matched whole. */
  readonly corsOrigin: string;
  /** --web.page-title */
  readonly pageTitle: string;
  /** --web.max-connections, over all addresses. */
  readonly maxConnections: number;
  /** --web.read-timeout: also how long an idle connection stays. */
  readonly readTimeoutMs: number;
  readonly headersTimeoutMs: number;
  /** The whole request, its body included. */
  readonly requestTimeoutMs: number;
  /** A client that takes nothing for so long is cut off. */
  readonly writeStallMs: number;
  readonly maxFormBytes: number;
  /** The request line and all headers. */
  readonly maxHeaderBytes: number;
}

export const defaultWebOptions: WebOptions = {
  listenAddresses: ['0.0.0.0:9090'],
  externalUrl: 'http://localhost:9090',
  routePrefix: '/',
  enableLifecycle: false,
  enableAdminApi: false,
  corsOrigin: '.*',
  pageTitle: 'Prometheus Time Series Collection and Processing Server',
  maxConnections: 512,
  readTimeoutMs: 300_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  writeStallMs: 30_000,
  maxFormBytes: 10 * 1024 * 1024,
  maxHeaderBytes: 1024 * 1024,
};

/** The path of the external URL, "" for the root. */
export function externalPath(options: WebOptions): string {
  return new URL(options.externalUrl).pathname.replace(/\/+$/, '');
}
