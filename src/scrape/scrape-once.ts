import { formatFloatPlain } from '../base/index.js';
import { acceptHeader } from '../exposition/index.js';
import type { HttpGet } from '../http/index.js';
import type { ScrapeOptions } from './options.js';
import type { PageBody } from './page-format.js';

export const userAgent = 'Prometheus/3.14.0';

/** This server's own metrics pages, which need no socket to be read. */
export interface SelfTarget {
  /** Whether a target's URL is one of this server's own pages. */
  matches(url: string): boolean;
  render(url: string, accept: string): Promise<{ readonly bytes: Uint8Array; readonly contentType: string }>;
}

export interface FetchedBody extends PageBody {
  readonly ok: true;
  /** After this the parts must not be read. */
  release(): void;
}

export interface FetchFailure {
  readonly ok: false;
  readonly error: string;
  readonly isOverBodyLimit: boolean;
}

/** What one request says of the formats it takes and the size it bears. */
export type FetchOptions = Pick<
  ScrapeOptions,
  'scrapeProtocols' | 'metricNameEscapingScheme' | 'enableCompression' | 'bodySizeLimit'
>;

export interface ScrapeRequest {
  readonly url: string;
  readonly options: FetchOptions;
  readonly timeoutMs: number;
  readonly socketPath: string;
  readonly http: HttpGet;
  readonly self?: SelfTarget | undefined;
  readonly signal?: AbortSignal;
}

/** Fetches a target's page with the headers that upstream sends; errors are upstream's texts. */
export async function fetchPage(request: ScrapeRequest): Promise<FetchedBody | FetchFailure> {
  const { options } = request;
  const accept = acceptHeader(options.scrapeProtocols, options.metricNameEscapingScheme);
  if (request.self?.matches(request.url)) {
    const { bytes, contentType } = await request.self.render(request.url, accept);
    return { ok: true, parts: [bytes], length: bytes.length, contentType, release: () => undefined };
  }
  const answer = await request.http.get({
    url: request.url,
    headers: [
      ['User-Agent', userAgent],
      ['Accept', accept],
      ['Accept-Encoding', options.enableCompression ? 'gzip' : 'identity'],
      ['X-Prometheus-Scrape-Timeout-Seconds', formatFloatPlain(request.timeoutMs / 1000)],
    ],
    timeoutMs: request.timeoutMs,
    bodyLimitBytes: options.bodySizeLimit,
    ...(request.socketPath === '' ? {} : { socketPath: request.socketPath }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  if (!answer.ok) return { ok: false, error: answer.error, isOverBodyLimit: answer.kind === 'limit' };
  const { body } = answer;
  if (answer.status !== 200) {
    body.release();
    return { ok: false, error: `server returned HTTP status ${answer.statusText}`, isOverBodyLimit: false };
  }
  const { parts, length } = body;
  return { ok: true, parts, length, contentType: answer.contentType, release: () => body.release() };
}
