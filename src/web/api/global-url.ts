import type { WebOptions } from '../options.js';

/** How a host may call itself. */
const localNames = ['127.0.0.1', 'localhost', '::1', '[::1]'];

/** A target's URL as seen from outside: a local host becomes the external URL's. Source: getGlobalURL. */
export function globalUrl(scrapeUrl: string, options: WebOptions): string {
  if (!URL.canParse(scrapeUrl)) return scrapeUrl;
  const target = new URL(scrapeUrl);
  if (!localNames.includes(target.hostname)) return scrapeUrl;
  const external = new URL(options.externalUrl);
  const authority = /^([a-z][a-z0-9+.-]*:)\/\/([^/?#]*@)?([^/?#]*)/i.exec(scrapeUrl);
  if (authority === null) return scrapeUrl;
  const [whole, , credentials = '', host = ''] = authority;
  const port = /:(\d+)$/.exec(host)?.[1] ?? '';
  const rest = scrapeUrl.slice(whole.length);
  const own = /:(\d+)$/.exec(options.listenAddresses[0] ?? '')?.[1];
  // The same port on this machine is this server: its scheme and port are the external ones too.
  if (port !== '' && port === own) return `${external.protocol}//${credentials}${external.host}${rest}`;
  const withPort = port === '' ? external.hostname : `${external.hostname}:${port}`;
  return `${target.protocol}//${credentials}${withPort}${rest}`;
}
