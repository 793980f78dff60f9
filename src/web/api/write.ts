/**
 * POST /api/v1/write, remote write 1.0. Texts, their order and statuses are those of client_golang's
 * exp/api/remote/remote_api.go, which upstream serves this path with.
 */
import { CorruptionError } from '../../base/index.js';
import { snappyDecompress, snappyDecompressedLength } from '../../kernels/index.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';
import { plainNotFound } from './not-enabled.js';

const maxDecodedBytes = 32 * 1024 * 1024;
const mediaType = 'application/x-protobuf';
const version1 = 'prometheus.WriteRequest';
const version2 = 'io.prometheus.write.v2.Request';
const accepted = [version1];
const corruptText = 'snappy: corrupt input';
/** Senders back off by themselves too. */
const retryLater = { 'Retry-After': '1' };

const writeOff = plainNotFound(
  'remote write receiver needs to be enabled with --web.enable-remote-write-receiver',
);

export const writeRoute: Route = {
  name: '/write',
  methods: {
    POST: (request, web) => (web.ports.remoteWrite ? receive(request, web) : writeOff(request, web)),
  },
  compress: false,
  api: false,
};

async function receive(request: WebRequest, { ports: { remoteWrite } }: WebContext): Promise<Answer> {
  const encoding = request.header?.('content-encoding') ?? '';
  if (encoding !== '' && encoding !== 'snappy') {
    const only = 'only snappy is acceptable';
    return refusal(415, `${encoding} encoding (compression) is not accepted by this server; ${only}`);
  }
  if (remoteWrite === undefined) return { kind: 'nothing' };
  const declared = Number(request.header?.('content-length') || maxDecodedBytes);
  const bodyBytes = declared >= 0 && declared < maxDecodedBytes ? declared : maxDecodedBytes;
  if (!remoteWrite.hold(bodyBytes)) return overloaded();
  try {
    const body = await request.readBody?.(maxDecodedBytes);
    if (body === undefined) {
      // What is left of the body stays unread: no other request can follow on this connection.
      const text = `request body exceeds the ${maxDecodedBytes} bytes limit`;
      return refusal(413, text, { Connection: 'close' });
    }
    const length = decodedLength(body);
    if (typeof length !== 'number') return length;
    const typeProblem = contentTypeProblem(request.header?.('content-type') ?? '');
    if (typeProblem !== undefined)
      return isWhole(body) ? refusal(415, typeProblem) : refusal(400, corruptText);
    if (!remoteWrite.hold(length)) return overloaded();
    try {
      const { status, error } = await remoteWrite.storeBlock(body);
      if (status === 204) return { kind: 'nothing' };
      return status === 503 ? refusal(503, error, retryLater) : refusal(status, error);
    } finally {
      remoteWrite.release(length);
    }
  } finally {
    remoteWrite.release(bodyBytes);
  }
}

/** What is left of the body stays unread. */
function overloaded(): Answer {
  return refusal(503, 'too many remote write requests at a time', { ...retryLater, Connection: 'close' });
}

function decodedLength(body: Uint8Array): number | Answer {
  try {
    const length = snappyDecompressedLength(body);
    if (length <= maxDecodedBytes) return length;
    return refusal(400, `decoded size exceeds the ${maxDecodedBytes} bytes limit`);
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    return refusal(400, corruptText);
  }
}

function isWhole(body: Uint8Array): boolean {
  try {
    snappyDecompress(body, maxDecodedBytes);
    return true;
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    return false;
  }
}

/** Undefined when the body may be read as a message of version 1. */
export function contentTypeProblem(header: string): string | undefined {
  const contentType = header === '' ? mediaType : header.trim();
  const [media, ...parameters] = contentType.split(';');
  if (media !== mediaType) {
    return `expected ${mediaType} as the first (media) part, got ${contentType} content-type`;
  }
  for (const parameter of parameters) {
    const pair = parameter.split('=');
    if (pair.length !== 2) {
      const rule = 'https://www.rfc-editor.org/rfc/rfc9110#parameter';
      return `as per ${rule} expected parameters to be key-values, got ${parameter} in ${contentType} content-type`;
    }
    const [name, value = ''] = pair;
    if (name !== 'proto') continue;
    if (value !== version1 && value !== version2) {
      const unknown = `unknown type for remote write protobuf message ${value}`;
      return `got ${contentType} content type; ${unknown}, supported: ${version1}, ${version2}`;
    }
    if (accepted.includes(value)) return undefined;
    const only = `only accepts ${accepted.join(', ')}`;
    return `${value} protobuf message is not accepted by this server; ${only}`;
  }
  return undefined;
}

/** Go's http.Error. */
function refusal(status: number, text: string, more: Readonly<Record<string, string>> = {}): Answer {
  const headers = { 'X-Content-Type-Options': 'nosniff', ...more };
  return { kind: 'plain', status, headers, body: `${text}\n` };
}
