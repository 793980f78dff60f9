import { quoteGo } from '../base/index.js';
import type { Report } from '../yaml/index.js';
import { type Authorization, type BasicAuth, countSet, type HttpClientOptions } from './http-fields.js';

const reservedHeaders: ReadonlySet<string> = new Set([
  'Authorization',
  'Host',
  'Content-Encoding',
  'Content-Length',
  'Content-Type',
  'User-Agent',
  'Connection',
  'Keep-Alive',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Www-Authenticate',
  'Accept-Encoding',
  'X-Prometheus-Remote-Write-Version',
  'X-Prometheus-Remote-Read-Version',
  'X-Prometheus-Scrape-Timeout-Seconds',
  'X-Amz-Date',
  'X-Amz-Security-Token',
  'X-Amz-Content-Sha256',
]);

function canonicalHeader(name: string): string {
  return name
    .toLowerCase()
    .replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

/** Checks of the block as a whole, in upstream's order and words; the first that fails is reported. */
export function checkHttpClient(options: HttpClientOptions, report: Report): void {
  const found = authProblem(options) ?? proxyProblem(options) ?? headerProblem(options);
  if (found !== undefined) report(found.text, { key: found.key });
}

interface Found {
  readonly text: string;
  readonly key: string;
}

function authProblem(options: HttpClientOptions): Found | undefined {
  const { basicAuth, authorization, oauth2, bearerToken, bearerTokenFile } = options;
  const bearers = countSet(bearerToken, bearerTokenFile);
  if (bearers > 1) {
    return {
      text: 'at most one of bearer_token & bearer_token_file must be configured',
      key: 'bearer_token_file',
    };
  }
  if ((basicAuth !== undefined || oauth2 !== undefined) && bearers > 0) {
    return {
      text: 'at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured',
      key: 'basic_auth',
    };
  }
  if (basicAuth !== undefined) {
    const text = basicAuthProblem(basicAuth);
    if (text !== undefined) return { text, key: 'basic_auth' };
  }
  if (authorization !== undefined) {
    const text = authorizationProblem(options, authorization, bearers);
    if (text !== undefined) return { text, key: 'authorization' };
  } else if (oauth2 !== undefined && basicAuth !== undefined) {
    return { text: 'at most one of basic_auth, oauth2 & authorization must be configured', key: 'oauth2' };
  }
  return undefined;
}

function basicAuthProblem(auth: BasicAuth): string | undefined {
  if (countSet(auth.username, auth.usernameFile, auth.usernameRef) > 1) {
    return 'at most one of basic_auth username, username_file & username_ref must be configured';
  }
  if (countSet(auth.password, auth.passwordFile, auth.passwordRef) > 1) {
    return 'at most one of basic_auth password, password_file & password_ref must be configured';
  }
  return undefined;
}

function authorizationProblem(
  options: HttpClientOptions,
  authorization: Authorization,
  bearers: number,
): string | undefined {
  if (bearers > 0) return 'authorization is not compatible with bearer_token & bearer_token_file';
  if (countSet(authorization.credentials, authorization.credentialsFile, authorization.credentialsRef) > 1) {
    return 'at most one of authorization credentials & credentials_file must be configured';
  }
  if (authorization.type.trim().toLowerCase() === 'basic') {
    return 'authorization type cannot be set to "basic", use "basic_auth" instead';
  }
  if (options.basicAuth !== undefined || options.oauth2 !== undefined) {
    return 'at most one of basic_auth, oauth2 & authorization must be configured';
  }
  return undefined;
}

function proxyProblem(options: HttpClientOptions): Found | undefined {
  const { proxyUrl, proxyFromEnvironment, noProxy } = options;
  if (options.proxyConnectHeader.size > 0 && !proxyFromEnvironment && proxyUrl === '') {
    return {
      text: 'if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured',
      key: 'proxy_connect_header',
    };
  }
  if (proxyFromEnvironment && proxyUrl !== '') {
    return {
      text: 'if proxy_from_environment is configured, proxy_url must not be configured',
      key: 'proxy_url',
    };
  }
  if (proxyFromEnvironment && noProxy !== '') {
    return {
      text: 'if proxy_from_environment is configured, no_proxy must not be configured',
      key: 'no_proxy',
    };
  }
  if (proxyUrl === '' && noProxy !== '') {
    return { text: 'if no_proxy is configured, proxy_url must also be configured', key: 'no_proxy' };
  }
  return undefined;
}

function headerProblem(options: HttpClientOptions): Found | undefined {
  for (const name of options.httpHeaders.keys()) {
    const canonical = canonicalHeader(name);
    if (reservedHeaders.has(canonical)) {
      return { text: `setting header ${quoteGo(canonical)} is not allowed`, key: 'http_headers' };
    }
  }
  return undefined;
}
