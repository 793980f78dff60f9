import { quoteGo } from '../base/index.js';

/** A URL as Go's net/url takes it apart; `text` is the whole as it was written. */
export interface GoUrl {
  readonly text: string;
  /** Lower case; "" where there is none. */
  readonly scheme: string;
  /** With the port; "" where there is none. */
  readonly host: string;
}

export type ParsedUrl =
  | { readonly ok: true; readonly url: GoUrl }
  | { readonly ok: false; readonly error: string };

class Refused extends Error {}

/** What net/url's Parse takes, and refuses in the same words. Source: Go 1.26, net/url/url.go. */
export function parseGoUrl(text: string): ParsedUrl {
  const cut = text.indexOf('#');
  const [main, fragment] = cut < 0 ? [text, ''] : [text.slice(0, cut), text.slice(cut + 1)];
  try {
    const url = parse(main);
    checkEscapes(fragment);
    return { ok: true, url: { text, ...url } };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { ok: false, error: `parse ${quoteGo(cut < 0 ? text : main)}: ${error.message}` };
  }
}

function parse(text: string): { scheme: string; host: string } {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[\x00-\x1f\x7f]/.test(text)) throw new Refused('net/url: invalid control character in URL');
  const [scheme, behind] = cutScheme(text);
  let rest = behind.split('?')[0] as string;
  if (!rest.startsWith('/')) {
    // Opaque: `localhost:9090` is a scheme and a text.
    if (scheme !== '') return { scheme, host: '' };
    if ((rest.split('/')[0] as string).includes(':'))
      throw new Refused('first path segment in URL cannot contain colon');
  }
  let host = '';
  if ((scheme !== '' || !rest.startsWith('///')) && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2);
    const authority = rest.slice(2, slash < 0 ? undefined : slash);
    rest = slash < 0 ? '' : rest.slice(slash);
    host = hostOf(authority);
  }
  checkEscapes(rest);
  return { scheme, host };
}

function cutScheme(text: string): [scheme: string, rest: string] {
  if (text.startsWith(':')) throw new Refused('missing protocol scheme');
  const found = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1];
  return found === undefined ? ['', text] : [found.toLowerCase(), text.slice(found.length + 1)];
}

function hostOf(authority: string): string {
  const at = authority.lastIndexOf('@');
  if (at >= 0) {
    const user = authority.slice(0, at);
    if (!/^[A-Za-z0-9\-._~!$&'()*+,;=:@%]*$/.test(user)) throw new Refused('net/url: invalid userinfo');
    checkEscapes(user);
  }
  const host = authority.slice(at + 1);
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']');
    if (end < 0) throw new Refused("missing ']' in host");
    checkPort(host.slice(end + 1));
  } else {
    const colon = host.lastIndexOf(':');
    if (colon >= 0) checkPort(host.slice(colon));
    const percent = /%(?!25)(?![89A-Fa-f][0-9A-Fa-f]).{0,2}/.exec(host)?.[0];
    if (percent !== undefined) throw new Refused(`invalid URL escape ${quoteGo(percent)}`);
  }
  const character = /[^A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\u0080-\u{10ffff}]/u.exec(host)?.[0];
  if (character !== undefined) throw new Refused(`invalid character ${quoteGo(character)} in host name`);
  return host;
}

function checkPort(port: string): void {
  if (!/^(?::[0-9]*)?$/.test(port)) throw new Refused(`invalid port ${quoteGo(port)} after host`);
}

function checkEscapes(text: string): void {
  const wrong = /%(?![0-9A-Fa-f]{2}).{0,2}/su.exec(text)?.[0];
  if (wrong !== undefined) throw new Refused(`invalid URL escape ${quoteGo(wrong)}`);
}
