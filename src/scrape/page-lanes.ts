import { type Clock, type Random, runAtOnce, runInSlices, type Steps } from '../base/index.js';
import { Kernels, PageScan, reserveMemory, scanKeys, scanRowCapacity } from '../kernels/index.js';
import { BatchColumns } from './batch-columns.js';

/** Buffers for the page that is being read; the next page takes them over. */
export interface PageTools {
  readonly scan: PageScan;
  /** Of the scan's rows. */
  readonly outcomes: Uint8Array;
  readonly batch: BatchColumns;
}

export interface LanePorts {
  readonly clock: Clock;
  readonly random: Random;
  /** The compiled kernels; asked for when the first page is read. */
  kernels(): WebAssembly.Module;
}

/** Pages up to this size are read in one go: a few milliseconds. */
const shortPageBytes = 256 * 1024;

/** How long a long page is read before the event loop has its turn. */
const sliceMs = 4;

/** What a lane may grow to, and what it may keep once a page is read. */
const maxLaneBytes = 2 ** 31;
const keptLaneBytes = 64 * 1024 * 1024;

/**
 * Where pages are read. Short ones go through at once; long ones one after the other and in slices, so that neither
 * requests nor the scrapes of other targets wait for them. Each lane has a memory of its own, which is given up after
 * a giant.
 */
export class PageLanes {
  readonly #ports: LanePorts;
  readonly #batch = new BatchColumns();
  #keys: Uint32Array | undefined;
  #short: PageTools | undefined;
  #long: PageTools | undefined;
  #lastLong: Promise<unknown> = Promise.resolve();

  constructor(ports: LanePorts) {
    this.#ports = ports;
  }

  /** For rows that come from no page; free to use whenever no promise is waited for. */
  get batch(): BatchColumns {
    return this.#batch;
  }

  /** Runs the steps of one page, a short one at once. Undefined when the signal aborted before the last of them. */
  run<T>(
    bytes: number,
    signal: AbortSignal,
    steps: (tools: PageTools) => Steps<T>,
  ): T | undefined | Promise<T | undefined> {
    if (bytes > shortPageBytes) return this.#runLong(signal, steps);
    this.#short ??= this.#createTools(this.#batch);
    const result = runAtOnce(steps(this.#short));
    if (isLarge(this.#short)) this.#short = undefined;
    return result;
  }

  async #runLong<T>(signal: AbortSignal, steps: (tools: PageTools) => Steps<T>): Promise<T | undefined> {
    const before = this.#lastLong;
    const turn = Promise.withResolvers<void>();
    this.#lastLong = turn.promise;
    try {
      await before;
      if (signal.aborted) return undefined;
      this.#long ??= this.#createTools(new BatchColumns());
      return await runInSlices(steps(this.#long), { clock: this.#ports.clock, sliceMs, signal });
    } finally {
      if (this.#long !== undefined && isLarge(this.#long)) this.#long = undefined;
      turn.resolve();
    }
  }

  #createTools(batch: BatchColumns): PageTools {
    this.#keys ??= scanKeys(this.#ports.random);
    const memory = reserveMemory({ maxBytes: maxLaneBytes });
    const scan = new PageScan(new Kernels(this.#ports.kernels(), memory, maxLaneBytes), this.#keys);
    return { scan, outcomes: new Uint8Array(scanRowCapacity), batch };
  }
}

function isLarge({ scan }: PageTools): boolean {
  return scan.kernels.memory.buffer.byteLength > keptLaneBytes;
}
