import { errnoOf, messageOf, quoteGo } from '../base/index.js';

const dialErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'connect: connection timed out',
  ENOENT: 'connect: no such file or directory',
  EACCES: 'connect: permission denied',
};

/** Go's text of a failed request, as far as the system's error tells: `Get "http://…": dial tcp …: …`. */
export function networkErrorText(url: string, error: unknown): string {
  return `Get ${quoteGo(url)}: ${causeText(error)}`;
}

function causeText(error: unknown): string {
  const cause = firstOf(error);
  const code = errnoOf(cause);
  const text = (name: string): string | undefined =>
    typeof cause === 'object' && cause !== null && name in cause
      ? String((cause as Record<string, unknown>)[name])
      : undefined;
  const dial = code === undefined ? undefined : dialErrors[code];
  if (dial !== undefined) {
    const address = text('address');
    if (address === undefined) return `dial tcp: ${dial}`;
    const port = text('port');
    if (port === undefined || port === '-1' || port === 'undefined') return `dial unix ${address}: ${dial}`;
    return `dial tcp ${address.includes(':') ? `[${address}]` : address}:${port}: ${dial}`;
  }
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${text('hostname') ?? ''}: no such host`;
  if (code === 'EAI_AGAIN') return `dial tcp: lookup ${text('hostname') ?? ''}: server misbehaving`;
  if (code === 'ECONNRESET') return 'read: connection reset by peer';
  if (code === 'UND_ERR_SOCKET') return 'EOF';
  if (code?.startsWith('HPE_')) return `net/http: malformed HTTP response: ${messageOf(cause)}`;
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return 'net/http: HTTP/1.x transport connection broken: response headers exceeded the limit';
  return tlsText(code, cause) ?? messageOf(cause);
}

function tlsText(code: string | undefined, cause: unknown): string | undefined {
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
    case 'CERT_HAS_EXPIRED':
      return 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `tls: failed to verify certificate: x509: ${messageOf(cause)}`;
    default:
      return undefined;
  }
}

/** Several addresses were tried: Go names the first. */
function firstOf(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors[0];
  if (error instanceof Error && error.cause instanceof Error && errnoOf(error) === undefined)
    return error.cause;
  return error;
}
