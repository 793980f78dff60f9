import { formatFloatPlain } from '../base/index.js';
import { acceptHeader } from '../exposition/index.js';
import type { Cancellation, HttpGet, HttpGetRequest } from '../http/index.js';
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

export interface PageSourceOptions {
  readonly url: string;
  readonly options: FetchOptions;
  readonly timeoutMs: number;
  readonly socketPath: string;
  readonly http: HttpGet;
  readonly self?: SelfTarget | undefined;
  readonly cancellation?: Cancellation;
}

/** A target's page, asked for with the headers that upstream sends; errors are upstream's texts. */
export class PageSource {
  readonly #http: HttpGet;
  readonly #accept: string;
  readonly #request: HttpGetRequest;
  readonly #self: SelfTarget | undefined;
  /** Known once it is asked for: by then the server listens. */
  #isSelf: boolean | undefined;

  constructor({ url, options, timeoutMs, socketPath, http, self, cancellation }: PageSourceOptions) {
    this.#http = http;
    this.#self = self;
    this.#accept = acceptHeader(options.scrapeProtocols, options.metricNameEscapingScheme);
    this.#request = {
      url,
      headers: [
        ['User-Agent', userAgent],
        ['Accept', this.#accept],
        ['Accept-Encoding', options.enableCompression ? 'gzip' : 'identity'],
        ['X-Prometheus-Scrape-Timeout-Seconds', formatFloatPlain(timeoutMs / 1000)],
      ],
      timeoutMs,
      bodyLimitBytes: options.bodySizeLimit,
      ...(socketPath === '' ? {} : { socketPath }),
      ...(cancellation === undefined ? {} : { cancellation }),
    };
  }

  async fetch(): Promise<FetchedBody | FetchFailure> {
    this.#isSelf ??= this.#self?.matches(this.#request.url) ?? false;
    if (this.#isSelf && this.#self !== undefined) {
      const { bytes, contentType } = await this.#self.render(this.#request.url, this.#accept);
      return { ok: true, parts: [bytes], length: bytes.length, contentType, release: () => undefined };
    }
    const answer = await this.#http.get(this.#request);
    if (!answer.ok) return { ok: false, error: answer.error, isOverBodyLimit: answer.kind === 'limit' };
    const { body } = answer;
    if (answer.status !== 200) {
      body.release();
      return { ok: false, error: `server returned HTTP status ${answer.statusText}`, isOverBodyLimit: false };
    }
    const { parts, length } = body;
    return { ok: true, parts, length, contentType: answer.contentType, release: () => body.release() };
  }
}
