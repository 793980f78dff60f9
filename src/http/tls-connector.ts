import { type Disk, decodeUtf8 } from '../base/index.js';
import type { TlsOptions, TlsVersion } from './http-fields.js';

const nodeVersions = { TLS13: 'TLSv1.3', TLS12: 'TLSv1.2', TLS11: 'TLSv1.1', TLS10: 'TLSv1' } as const;

export interface ConnectOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
  readonly minVersion?: (typeof nodeVersions)[TlsVersion];
  readonly maxVersion?: (typeof nodeVersions)[TlsVersion];
  readonly socketPath?: string;
}

/** The connection's options with its files read: done for each connection, so that renewed certificates are used. */
export async function readTlsOptions(tls: TlsOptions, disk: Disk): Promise<ConnectOptions> {
  const read = async (inline: string, file: string): Promise<string | undefined> => {
    if (inline !== '') return inline;
    return file === '' ? undefined : decodeUtf8(await disk.readFile(file));
  };
  const ca = await read(tls.ca, tls.caFile);
  const cert = await read(tls.cert, tls.certFile);
  const key = await read(tls.key.reveal(), tls.keyFile);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(tls.serverName === '' ? {} : { servername: tls.serverName }),
    ...(tls.insecureSkipVerify ? { rejectUnauthorized: false } : {}),
    ...(tls.minVersion === '' ? {} : { minVersion: nodeVersions[tls.minVersion] }),
    ...(tls.maxVersion === '' ? {} : { maxVersion: nodeVersions[tls.maxVersion] }),
  };
}
