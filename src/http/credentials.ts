import { type Disk, decodeUtf8, messageOf } from '../base/index.js';
import type { HttpClientOptions } from './http-fields.js';
import type { Secret } from './secret.js';

export type ReadHeaders =
  | { readonly headers: readonly (readonly [name: string, value: string])[] }
  | { readonly error: string };

async function readSecretFile(disk: Disk, file: string): Promise<string> {
  try {
    return decodeUtf8(await disk.readFile(file)).trim();
  } catch (error) {
    throw new SecretFileError(`unable to read file ${file}: ${messageOf(error)}`);
  }
}

class SecretFileError extends Error {
  override readonly name = 'SecretFileError';
}

async function reveal(disk: Disk, inline: Secret | string, file: string): Promise<string> {
  const text = typeof inline === 'string' ? inline : inline.reveal();
  return text !== '' || file === '' ? text : readSecretFile(disk, file);
}

/** The Authorization header of a request. Files are read anew each time, so that a rotated token is used at once. */
async function authorizationHeader(options: HttpClientOptions, disk: Disk): Promise<string | undefined> {
  const { basicAuth, authorization } = options;
  if (basicAuth !== undefined) {
    const user = await reveal(disk, basicAuth.username, basicAuth.usernameFile);
    const password = await reveal(disk, basicAuth.password, basicAuth.passwordFile);
    return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
  }
  if (authorization !== undefined) {
    const type = authorization.type.trim() || 'Bearer';
    return `${type} ${await reveal(disk, authorization.credentials, authorization.credentialsFile)}`;
  }
  if (!options.bearerToken.isEmpty || options.bearerTokenFile !== '') {
    return `Bearer ${await reveal(disk, options.bearerToken, options.bearerTokenFile)}`;
  }
  return undefined;
}

/** Whether `sensitiveHeaders` has any. */
export function hasSecrets(options: HttpClientOptions): boolean {
  const { basicAuth, authorization, bearerToken, bearerTokenFile, httpHeaders } = options;
  const isAuthorized = basicAuth !== undefined || authorization !== undefined;
  return isAuthorized || !bearerToken.isEmpty || bearerTokenFile !== '' || [...httpHeaders].length > 0;
}

/** Headers that only the configured host may see: credentials and configured headers. */
export async function sensitiveHeaders(options: HttpClientOptions, disk: Disk): Promise<ReadHeaders> {
  try {
    const headers: [string, string][] = [];
    const authorization = await authorizationHeader(options, disk);
    if (authorization !== undefined) headers.push(['Authorization', authorization]);
    for (const [name, { values, secrets, files }] of options.httpHeaders) {
      for (const value of values) headers.push([name, value]);
      for (const value of secrets) headers.push([name, value.reveal()]);
      for (const file of files) headers.push([name, await readSecretFile(disk, file)]);
    }
    return { headers };
  } catch (error) {
    if (error instanceof SecretFileError) {
      return { error: `unable to read authorization credentials: ${error.message}` };
    }
    throw error;
  }
}
