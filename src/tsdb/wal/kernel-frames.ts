import { KernelBuffer, type Kernels } from '../../kernels/index.js';
import { fragmentHeaderBytes, pageBytes } from './format.js';

const keptBytes = 4 << 20;
const stateBytes = 16;

/** Bytes to append to a segment, as `FrameBuffer` lays them out, in a kernel memory. */
export class KernelFrames {
  readonly #kernels: Kernels;
  readonly #state: KernelBuffer;
  readonly #buffer: KernelBuffer;
  #length = 0;
  #segmentOffset = 0;
  /** Fragments framed since `start`. */
  fragments = 0;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
    this.#state = new KernelBuffer(kernels);
    this.#buffer = new KernelBuffer(kernels, keptBytes);
  }

  /** Empties the buffer; what comes stands at `segmentOffset` of its segment. */
  start(segmentOffset: number): void {
    this.#buffer.trim();
    this.#length = 0;
    this.#segmentOffset = segmentOffset;
    this.fragments = 0;
  }

  get length(): number {
    return this.#length;
  }

  /** What was framed; valid until the next change. */
  get bytes(): Uint8Array {
    return this.#buffer.view(this.#length);
  }

  mark(): { length: number; fragments: number } {
    return { length: this.#length, fragments: this.fragments };
  }

  /** Takes back everything behind a mark, as if it had not been framed. */
  cutBack(mark: { length: number; fragments: number }): void {
    this.#length = mark.length;
    this.fragments = mark.fragments;
  }

  append(record: { at: number; length: number; compression: number }): void {
    const { at, length, compression } = record;
    const pages = Math.ceil(length / (pageBytes - fragmentHeaderBytes)) + 2;
    const needed = this.#length + length + pages * fragmentHeaderBytes + pageBytes;
    const buffer = this.#buffer.reserve(needed, this.#length);
    const state = this.#state.reserve(stateBytes);
    const { words } = this.#kernels;
    const word = state >>> 2;
    words[word] = buffer;
    words[word + 1] = this.#length;
    words[word + 2] = this.#segmentOffset % pageBytes;
    words[word + 3] = 0;
    this.#kernels.exports.walFrame(state, at, length, compression);
    this.#length = words[word + 1] as number;
    this.fragments += words[word + 3] as number;
  }

  /** Fills the page with zeros; nothing at a page's beginning. */
  padPage(): void {
    const used = (this.#segmentOffset + this.#length) % pageBytes;
    if (used === 0) return;
    const rest = pageBytes - used;
    this.#buffer.reserve(this.#length + rest, this.#length);
    this.#buffer.view(rest, this.#length).fill(0);
    this.#length += rest;
  }

  release(): void {
    this.#state.release();
    this.#buffer.release();
  }
}
