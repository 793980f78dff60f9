import path from 'node:path';
import type { HttpClientOptions, TlsOptions } from './http-fields.js';

/** Joins relative file paths with the directory of the file that names them. */
export function resolveHttpPaths(options: HttpClientOptions, directory: string): HttpClientOptions {
  const join = (file: string): string => joinPath(directory, file);
  const tls = (given: TlsOptions): TlsOptions => resolveTlsPaths(given, directory);
  const { basicAuth, authorization, oauth2 } = options;
  return {
    ...options,
    basicAuth: basicAuth && {
      ...basicAuth,
      usernameFile: join(basicAuth.usernameFile),
      passwordFile: join(basicAuth.passwordFile),
    },
    authorization: authorization && {
      ...authorization,
      credentialsFile: join(authorization.credentialsFile),
    },
    oauth2: oauth2 && {
      ...oauth2,
      clientSecretFile: join(oauth2.clientSecretFile),
      tlsConfig: tls(oauth2.tlsConfig),
    },
    bearerTokenFile: join(options.bearerTokenFile),
    tlsConfig: tls(options.tlsConfig),
    httpHeaders: new Map(
      [...options.httpHeaders].map(([name, header]) => [name, { ...header, files: header.files.map(join) }]),
    ),
  };
}

export function resolveTlsPaths(tls: TlsOptions, directory: string): TlsOptions {
  return {
    ...tls,
    caFile: joinPath(directory, tls.caFile),
    certFile: joinPath(directory, tls.certFile),
    keyFile: joinPath(directory, tls.keyFile),
  };
}

/** An empty path stays empty, an absolute one as it is. */
export function joinPath(directory: string, file: string): string {
  return file === '' || path.isAbsolute(file) ? file : path.join(directory, file);
}
