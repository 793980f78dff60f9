import { type Clock, runAtOnce, runInSlices, type Steps } from '../base/index.js';
import { BatchColumns } from './batch-columns.js';
import { createPageParser, type ParsePage } from './parse-page.js';

/** Buffers for the page that is being read; the next page takes them over. */
export interface PageTools {
  readonly parsePage: ParsePage;
  readonly batch: BatchColumns;
}

/** Pages up to this size are read in one go: a few milliseconds. */
const shortPageBytes = 128 * 1024;

/** How long a long page is read before the event loop has its turn. */
const sliceMs = 8;

/**
 * Where pages are read. Short ones go through at once; long ones one after the other and in slices, so that neither
 * requests nor the scrapes of other targets wait for them.
 */
export class PageLanes {
  readonly #clock: Clock;
  readonly #short = createTools();
  readonly #long = createTools();
  #lastLong: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** For rows that come from no page; free to use whenever no promise is waited for. */
  get batch(): BatchColumns {
    return this.#short.batch;
  }

  /** Runs the steps of one page. Undefined when the signal aborted before the last of them. */
  async run<T>(
    bytes: number,
    signal: AbortSignal,
    steps: (tools: PageTools) => Steps<T>,
  ): Promise<T | undefined> {
    if (bytes <= shortPageBytes) return runAtOnce(steps(this.#short));
    const before = this.#lastLong;
    const turn = Promise.withResolvers<void>();
    this.#lastLong = turn.promise;
    try {
      await before;
      if (signal.aborted) return undefined;
      return await runInSlices(steps(this.#long), { clock: this.#clock, sliceMs, signal });
    } finally {
      turn.resolve();
    }
  }
}

function createTools(): PageTools {
  return { parsePage: createPageParser(), batch: new BatchColumns() };
}
