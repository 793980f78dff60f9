import type { AddressInfo, Server } from 'node:net';
import { errnoOf, messageOf, UserError } from '../base/index.js';

/** Go's words for the system's errors when a listener starts. */
const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'cannot assign requested address',
};

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, `:port` or `[v6]:port`; undefined when it is none of them. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const found = /^(?:\[([0-9a-fA-F:.%a-z]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  if (found === null || Number(found[3]) > 65_535) return undefined;
  return { host: found[1] ?? found[2] ?? '', port: Number(found[3]) };
}

/**
 * Resolves to the address as bound. Rejects with `UserError`: `port-in-use`, `invalid-address`,
 * `listen-failed`.
 */
export async function listenOn(server: Server, text: string): Promise<string> {
  const address = parseListenAddress(text);
  if (address === undefined) {
    throw new UserError({
      code: 'invalid-address',
      message: `listen address "${text}" is not host:port`,
      suggestions: ['Give --web.listen-address an address such as "0.0.0.0:9090" or ":9090".'],
    });
  }
  const { host, port } = address;
  await new Promise<void>((resolve, reject) => {
    const onError = (error: Error): void => reject(listenError(error, host === '' ? `:${port}` : text));
    server.once('error', onError);
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      server.off('error', onError);
      resolve();
    });
  });
  const bound = server.address() as AddressInfo;
  return bound.family === 'IPv6' ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`;
}

function listenError(error: Error, address: string): UserError {
  const errno = errnoOf(error);
  const reason = reasons[errno ?? ''];
  const isInUse = errno === 'EADDRINUSE';
  return new UserError({
    code: isInUse ? 'port-in-use' : 'listen-failed',
    message: `listen tcp ${address}: ${reason === undefined ? messageOf(error) : `bind: ${reason}`}`,
    suggestions: isInUse
      ? ['Stop the process that has the address, or choose another one with --web.listen-address.']
      : ['Choose another address with --web.listen-address.'],
    cause: error,
  });
}
