import { compareUtf8 } from '../base/index.js';

/** URLs as Go's net/url writes them, so that targets see the requests they know. */
const pathKept = /[A-Za-z0-9\-_.~$&+,/:;=@]/;
const queryKept = /[A-Za-z0-9\-_.~]/;

function escapeWith(text: string, kept: RegExp): string {
  let result = '';
  for (const character of text.toWellFormed()) {
    if (kept.test(character)) result += character;
    else for (const byte of Buffer.from(character, 'utf8')) result += `%${hex(byte)}`;
  }
  return result;
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

export function escapePath(path: string): string {
  return escapeWith(path, pathKept);
}

function escapeQuery(text: string): string {
  return escapeWith(text, queryKept).replaceAll('%20', '+');
}

/** `a=1&a=2&b=x`, sorted by name. */
export function encodeQuery(params: ReadonlyMap<string, readonly string[]>): string {
  const names = [...params.keys()].sort(compareUtf8);
  return names
    .flatMap((name) => (params.get(name) ?? []).map((value) => `${escapeQuery(name)}=${escapeQuery(value)}`))
    .join('&');
}

export interface UrlParts {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  /** Encoded, without the question mark. */
  readonly query: string;
}

/** The text of a URL of which each part may be empty. */
export function formatUrl({ scheme, host, path, query }: UrlParts): string {
  const escaped = escapePath(path);
  const rooted = escaped !== '' && !escaped.startsWith('/') && host !== '' ? `/${escaped}` : escaped;
  const start = scheme === '' ? '' : `${scheme}:`;
  return `${start}${scheme !== '' || host !== '' ? '//' : ''}${host}${rooted}${query === '' ? '' : `?${query}`}`;
}
