import { type Clock, type Disk, UserError } from '../base/index.js';
import { createBodyMemory, createHttpClient } from '../http/index.js';
import { defaultHttpClientOptions } from '../http/options.js';
import { examinePage, type PageReport } from './examine-page.js';
import { defaultProtocols } from './options.js';
import { PageSource } from './scrape-once.js';

export interface TargetReport extends PageReport {
  readonly url: string;
  readonly contentType: string;
  /** Uncompressed. */
  readonly sizeBytes: number;
  /** From the request to the last byte of the body. */
  readonly durationMs: number;
}

/** Scrapes a URL once, as a server with default options would. Throws UserError when there is no page to examine. */
export async function examineTarget(options: {
  readonly url: string;
  readonly timeoutMs: number;
  readonly disk: Disk;
  readonly clock: Clock;
}): Promise<TargetReport> {
  const { disk, clock, timeoutMs } = options;
  const url = targetUrl(options.url);
  const http = createHttpClient(defaultHttpClientOptions(), { disk, clock, ...createBodyMemory() });
  try {
    const startMs = clock.monotonicMs();
    const source = new PageSource({
      url,
      timeoutMs,
      http,
      socketPath: '',
      options: {
        scrapeProtocols: defaultProtocols,
        metricNameEscapingScheme: 'allow-utf-8',
        enableCompression: true,
        bodySizeLimit: 0,
      },
    });
    const fetched = await source.fetch();
    const durationMs = clock.monotonicMs() - startMs;
    if (!fetched.ok) {
      throw new UserError({
        code: 'scrape-failed',
        message: `cannot scrape ${url}: ${fetched.error}`,
        suggestions: [
          'check that the target runs and that the URL names its metrics page, such as http://localhost:9100/metrics',
        ],
      });
    }
    const { contentType } = fetched;
    const bytes = Buffer.concat(fetched.parts);
    const report = {
      url,
      contentType,
      sizeBytes: bytes.length,
      durationMs,
      ...examinePage(bytes, contentType),
    };
    fetched.release();
    return report;
  } finally {
    await http.close();
  }
}

/** `localhost:9100` means its metrics page, as in a configuration. */
function targetUrl(text: string): string {
  if (!URL.canParse(/^https?:\/\//.test(text) ? text : `http://${text}`)) {
    throw new UserError({ code: 'bad-url', message: `"${text}" is no URL` });
  }
  const url = new URL(/^https?:\/\//.test(text) ? text : `http://${text}`);
  if (url.pathname === '/' && !text.endsWith('/')) url.pathname = '/metrics';
  return url.href;
}
