/** The `http_config` block, inline wherever a client is configured. Source: prometheus/common config/http_config.go. */
import {
  bool,
  type Fields,
  list,
  map,
  optional,
  printed,
  type Report,
  raw,
  refine,
  type Schema,
  type StructOf,
  string,
  struct,
  withDefault,
} from '../yaml/index.js';
import { maskUserInfo } from './mask-user-info.js';
import { parseGoUrl } from './parse-url.js';
import { Secret } from './secret.js';

export function secret(): Schema<Secret> {
  return refine<string, Secret>(string(), {
    zero: new Secret(''),
    convert: (text) => new Secret(text),
    print: (value) => (value.isEmpty ? null : String(value)),
    isZero: (value) => value.isEmpty,
  });
}

/** The text of a URL; its password is not printed. */
export function url(): Schema<string> {
  return refine(string(), {
    zero: '',
    print: maskUserInfo,
    convert(text, report) {
      const parsed = parseGoUrl(text);
      if (parsed.ok) return text;
      report(parsed.error);
      return undefined;
    },
  });
}

export const tlsVersions = ['TLS13', 'TLS12', 'TLS11', 'TLS10'] as const;
export type TlsVersion = (typeof tlsVersions)[number];

function tlsVersion(): Schema<TlsVersion | ''> {
  return refine<string, TlsVersion | ''>(string(), {
    zero: '',
    convert(text, report) {
      const found = tlsVersions.find((version) => version === text);
      if (found === undefined) report(`unknown TLS version: ${text}`);
      return found;
    },
  });
}

export function tlsFields() {
  return {
    ca: string(),
    cert: string(),
    key: secret(),
    ca_file: string(),
    cert_file: string(),
    key_file: string(),
    ca_ref: string(),
    cert_ref: string(),
    key_ref: string(),
    server_name: string(),
    insecure_skip_verify: printed(bool()),
    min_version: tlsVersion(),
    max_version: tlsVersion(),
  } satisfies Fields;
}
export type TlsOptions = StructOf<ReturnType<typeof tlsFields>>;

/** How many of the values are not empty. */
export function countSet(...values: (string | Secret)[]): number {
  return values.filter((value) => (typeof value === 'string' ? value !== '' : !value.isEmpty)).length;
}

export function tlsConfig(): Schema<TlsOptions> {
  return struct(tlsFields(), {
    typeName: 'config.plain',
    check(tls, report) {
      if (countSet(tls.ca, tls.caFile, tls.caRef) > 1) {
        report('at most one of ca, ca_file & ca_ref must be configured', { key: 'ca_file' });
      }
      const certs = countSet(tls.cert, tls.certFile, tls.certRef);
      const keys = countSet(tls.key, tls.keyFile, tls.keyRef);
      if (certs > 1)
        report('at most one of cert, cert_file & cert_ref must be configured', { key: 'cert_file' });
      if (keys > 1) report('at most one of key and key_file must be configured', { key: 'key_file' });
      if (certs > 0 && keys === 0) {
        report('exactly one of key or key_file must be configured when a client certificate is configured');
      } else if (keys > 0 && certs === 0) {
        report('exactly one of cert or cert_file must be configured when a client key is configured');
      }
    },
  });
}

export function basicAuthFields() {
  return {
    username: string(),
    username_file: string(),
    username_ref: string(),
    password: secret(),
    password_file: string(),
    password_ref: string(),
  } satisfies Fields;
}
export type BasicAuth = StructOf<ReturnType<typeof basicAuthFields>>;

export function authorizationFields() {
  return {
    type: string(),
    credentials: secret(),
    credentials_file: string(),
    credentials_ref: string(),
  } satisfies Fields;
}
export type Authorization = StructOf<ReturnType<typeof authorizationFields>>;

function proxyFields() {
  return {
    proxy_url: url(),
    no_proxy: string(),
    proxy_from_environment: bool(),
    proxy_connect_header: map(list(secret()), 'config.ProxyHeader'),
  } satisfies Fields;
}

function oauth2Fields() {
  return {
    client_id: string(),
    client_secret: secret(),
    client_secret_file: string(),
    client_secret_ref: string(),
    client_certificate_key_id: string(),
    client_certificate_key: secret(),
    client_certificate_key_file: string(),
    client_certificate_key_ref: string(),
    grant_type: string(),
    signature_algorithm: string(),
    iss: string(),
    audience: string(),
    claims: raw(),
    scopes: list(string()),
    token_url: string(),
    endpoint_params: map(string()),
    tls_config: tlsConfig(),
    ...proxyFields(),
  } satisfies Fields;
}
export type OAuth2 = StructOf<ReturnType<typeof oauth2Fields>>;

export function headerFields() {
  return { values: list(string()), secrets: list(secret()), files: list(string()) } satisfies Fields;
}

/** The keys of the block, to be spread into the struct that holds it inline. */
export function httpClientFields() {
  return {
    basic_auth: optional(struct(basicAuthFields(), { typeName: 'config.plain' })),
    authorization: optional(struct(authorizationFields(), { typeName: 'config.Authorization' })),
    oauth2: optional(struct(oauth2Fields(), { typeName: 'config.plain', check: checkOAuth2 })),
    bearer_token: secret(),
    bearer_token_file: string(),
    tls_config: tlsConfig(),
    follow_redirects: printed(withDefault(bool(), true)),
    enable_http2: printed(withDefault(bool(), true)),
    ...proxyFields(),
    http_headers: map(struct(headerFields(), { typeName: 'config.Header' }), 'config.Headers'),
  } satisfies Fields;
}
export type HttpClientOptions = StructOf<ReturnType<typeof httpClientFields>>;

/** The block's part of a struct that holds it inline; a bare bearer token becomes the authorization that it means. */
export function takeHttpClient(value: HttpClientOptions): HttpClientOptions {
  const { bearerToken, bearerTokenFile } = value;
  const hasBearer = !bearerToken.isEmpty || bearerTokenFile !== '';
  const bearer: Authorization | undefined = hasBearer
    ? { type: 'Bearer', credentials: bearerToken, credentialsFile: bearerTokenFile, credentialsRef: '' }
    : undefined;
  const authorization = value.authorization ?? bearer;
  return {
    basicAuth: value.basicAuth,
    authorization: authorization && { ...authorization, type: authorization.type.trim() || 'Bearer' },
    oauth2: value.oauth2,
    bearerToken: new Secret(''),
    bearerTokenFile: '',
    tlsConfig: value.tlsConfig,
    followRedirects: value.followRedirects,
    enableHttp2: value.enableHttp2,
    proxyUrl: value.proxyUrl,
    noProxy: value.noProxy,
    proxyFromEnvironment: value.proxyFromEnvironment,
    proxyConnectHeader: value.proxyConnectHeader,
    httpHeaders: value.httpHeaders,
  };
}

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

function checkOAuth2(oauth2: OAuth2, report: Report): void {
  const missing = oauth2.clientId === '' ? 'client_id' : oauth2.tokenUrl === '' ? 'token_url' : undefined;
  if (missing !== undefined) {
    report(`oauth2 ${missing} must be configured`);
    return;
  }
  const { clientCertificateKey, clientCertificateKeyFile, clientCertificateKeyRef } = oauth2;
  if (oauth2.grantType === jwtBearer) {
    if (countSet(clientCertificateKey, clientCertificateKeyFile, clientCertificateKeyRef) > 1) {
      report(
        'at most one of oauth2 client_certificate_key, client_certificate_key_file & client_certificate_key_ref ' +
          `must be configured using grant-type=${jwtBearer}`,
      );
    }
  } else if (countSet(oauth2.clientSecret, oauth2.clientSecretFile, oauth2.clientSecretRef) > 1) {
    report(
      'at most one of oauth2 client_secret, client_secret_file & client_secret_ref must be configured using ' +
        'grant-type=client_credentials',
    );
  }
}

/** The options of a client of which nothing is configured. */
export function defaultHttpClientOptions(): HttpClientOptions {
  return struct(httpClientFields(), { typeName: 'config.plain' }).absent();
}
