import { type IncomingHttpHeaders, request } from 'node:http';
import { gunzipSync, inflateSync } from 'node:zlib';
import { createWebServer, defaultWebOptions, type WebOptions, type WebPorts } from '../../src/web/index.js';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As on the wire. */
  readonly bytes: Buffer;
  /** Decompressed. */
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** One request over a connection of its own. */
export function ask(address: string, { method = 'GET', path, headers = {}, body }: Ask): Promise<Reply> {
  const [, host, port] = /^(.*):(\d+)$/.exec(address) ?? [];
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const coding = bytes.length === 0 ? undefined : response.headers['content-encoding'];
        const plain =
          coding === 'gzip' ? gunzipSync(bytes) : coding === 'deflate' ? inflateSync(bytes) : bytes;
        const { statusCode = 0, headers: found } = response;
        resolve({ status: statusCode, headers: found, bytes, body: plain.toString('utf8') });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** Runs `use` against a server on a free port and stops it. */
export async function withServer<T>(
  ports: WebPorts,
  options: Partial<WebOptions>,
  use: (address: string) => Promise<T>,
): Promise<T> {
  const server = await createWebServer(ports, { ...defaultWebOptions, ...options });
  const [address = ''] = await server.listen(['127.0.0.1:0']);
  try {
    return await use(address);
  } finally {
    await server.close(0);
  }
}
