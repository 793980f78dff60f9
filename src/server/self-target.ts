import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { encodeUtf8 } from '../base/index.js';
import { writeNegotiated } from '../exposition/index.js';
import type { SelfTarget } from '../scrape/index.js';
import type { MetricFamily } from '../telemetry/index.js';

export interface SelfPages {
  /** Where this server listens, as bound: `127.0.0.1:9090`. */
  addresses(): readonly string[];
  /** Paths and what they show. */
  readonly pages: ReadonlyMap<string, () => Promise<readonly MetricFamily[]>>;
}

/** This server's own pages as targets, read without a socket. */
export function selfTarget({ addresses, pages }: SelfPages): SelfTarget {
  const familiesAt = (text: string): (() => Promise<readonly MetricFamily[]>) | undefined => {
    const url = new URL(text);
    const isOwn =
      url.protocol === 'http:' && url.search === '' && addresses().some((bound) => isReachedBy(bound, url));
    return isOwn ? pages.get(url.pathname) : undefined;
  };
  return {
    matches: (url) => familiesAt(url) !== undefined,
    async render(url, accept) {
      const families = (await familiesAt(url)?.()) ?? [];
      const { body, contentType } = writeNegotiated(families, accept);
      return { bytes: encodeUtf8(body), contentType };
    },
  };
}

/** Whether a request to the URL's host and port would arrive at a listener bound there. */
function isReachedBy(bound: string, url: URL): boolean {
  const separator = bound.lastIndexOf(':');
  const host = bound.slice(0, separator).replace(/^\[|\]$/g, '');
  if (bound.slice(separator + 1) !== (url.port || '80')) return false;
  const asked = url.hostname.replace(/^\[|\]$/g, '');
  // URLs hold host names in lower case.
  const ownName = hostname().toLowerCase();
  const isLoopback = asked === 'localhost' || (isIP(asked) === 4 && asked.startsWith('127.'));
  if (host === '0.0.0.0') return isLoopback || asked === ownName;
  // A listener on all IPv6 addresses takes IPv4 too.
  if (host === '::') return isLoopback || asked === '::1' || asked === ownName;
  return asked === host || (asked === 'localhost' && (host === '127.0.0.1' || host === '::1'));
}
