/**
 * POST /api/v1/write, remote write 1.0. Texts, their order and statuses are those of client_golang's
 * exp/api/remote/remote_api.go, which upstream serves this path with.
 */
import { CorruptionError } from '../../base/index.js';
import {
  inflateSnappy,
  KernelMemoryError,
  type Kernels,
  snappyDecompress,
  snappyDecompressedLength,
} from '../../kernels/index.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';
import { plainNotFound } from './not-enabled.js';

const maxDecodedBytes = 32 * 1024 * 1024;
const mediaType = 'application/x-protobuf';
const version1 = 'prometheus.WriteRequest';
const version2 = 'io.prometheus.write.v2.Request';
const accepted = [version1];
const corruptText = 'snappy: corrupt input';

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

async function receive(request: WebRequest, { ports }: WebContext): Promise<Answer> {
  const encoding = request.header?.('content-encoding') ?? '';
  if (encoding !== '' && encoding !== 'snappy') {
    const only = 'only snappy is acceptable';
    return refusal(415, `${encoding} encoding (compression) is not accepted by this server; ${only}`);
  }
  const body = await request.readBody?.(maxDecodedBytes);
  if (body === undefined) {
    // What is left of the body stays unread: no other request can follow on this connection.
    return refusal(413, `request body exceeds the ${maxDecodedBytes} bytes limit`, { Connection: 'close' });
  }
  const message = inflate(body, ports.kernels);
  if (!(message instanceof Uint8Array)) return message;
  const typeProblem = contentTypeProblem(request.header?.('content-type') ?? '');
  if (typeProblem !== undefined) return refusal(415, typeProblem);
  const stored = await ports.remoteWrite?.store(message);
  if (stored === undefined || stored.status === 204) return { kind: 'nothing' };
  return refusal(stored.status, stored.error);
}

function inflate(body: Uint8Array, kernels: Kernels | undefined): Uint8Array | Answer {
  try {
    if (snappyDecompressedLength(body) > maxDecodedBytes) {
      return refusal(400, `decoded size exceeds the ${maxDecodedBytes} bytes limit`);
    }
    if (kernels === undefined) return snappyDecompress(body, maxDecodedBytes);
    return inflateSnappy(kernels, body) ?? refusal(400, corruptText);
  } catch (error) {
    if (error instanceof KernelMemoryError) return refusal(503, error.message);
    if (!(error instanceof CorruptionError)) throw error;
    return refusal(400, corruptText);
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
