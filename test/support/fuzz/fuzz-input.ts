/** Bytes that may stand for an end of a range, a length that lies, or a sign. */
const bytesOfNote = [0x00, 0x01, 0x02, 0x7f, 0x80, 0x81, 0xfe, 0xff] as const;
const countsOfNote = [
  0, 1, 2, 0x7f, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
];
const longestUvarint = 11;
const intactIn = 64;
const noiseIn = 24;

/** Where bytes may be changed; the end is excluded. */
export interface FuzzRegion {
  readonly from: number;
  readonly to: number;
}

/** One buffer in which inputs are made, one after the other, out of sound ones. The same seed makes the same inputs. */
export class FuzzInput {
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #state: number;
  length = 0;
  /** Which of the sound inputs this one was made of; -1 for noise. */
  origin = -1;
  isIntact = false;

  constructor(seed: number, capacityBytes: number) {
    this.buffer = new Uint8Array(capacityBytes);
    this.#view = new DataView(this.buffer.buffer);
    this.#state = Math.imul(seed, 0x9e3779b1) | 1;
  }

  /** The input itself: a view. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.buffer.subarray(0, this.length);
  }

  uint32(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return Math.imul(x, 0x2c1b3c6d) >>> 0;
  }

  /** Uniform from 0 to `limit`, which is excluded. */
  below(limit: number): number {
    return Math.floor((this.uint32() / 2 ** 32) * limit);
  }

  u32At(at: number): number {
    return this.#view.getUint32(at);
  }

  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value);
  }

  /** A changed copy of one of `sounds`. Where a region is named, bytes change there only and none come or go. */
  make(sounds: readonly Uint8Array[], regionOf?: (origin: number) => FuzzRegion): void {
    const origin = this.below(sounds.length);
    const sound = sounds[origin] as Uint8Array;
    this.buffer.set(sound);
    this.length = sound.length;
    this.origin = origin;
    this.isIntact = this.below(intactIn) === 0;
    if (this.isIntact) return;
    const region = regionOf?.(origin);
    if (this.below(noiseIn) === 0) {
      this.#noise(region, sound.length);
      return;
    }
    for (let left = 1 + (this.uint32() & this.uint32() & 3); left > 0; left--) {
      const { from, to } = region ?? { from: 0, to: this.length };
      if (to <= from || region !== undefined || this.below(3) > 0) this.#overwrite(from, to);
      else this.#resize(sounds);
    }
  }

  #noise(region: FuzzRegion | undefined, soundBytes: number): void {
    if (region === undefined) {
      this.origin = -1;
      this.length = this.below(Math.min(this.buffer.length, 2 * soundBytes + 8));
    }
    const { from, to } = region ?? { from: 0, to: this.length };
    for (let at = from; at < to; at++) this.buffer[at] = this.uint32() >>> 24;
  }

  #overwrite(from: number, to: number): void {
    const span = to - from;
    if (span <= 0) return;
    const { buffer } = this;
    const at = from + this.below(span);
    switch (this.below(8)) {
      case 0:
      case 1:
        buffer[at] = (buffer[at] as number) ^ (1 << this.below(8));
        return;
      case 2:
        buffer[at] = this.uint32() >>> 24;
        return;
      case 3:
        buffer[at] = bytesOfNote[this.below(bytesOfNote.length)] as number;
        return;
      case 4:
        buffer[at] = (buffer[at] as number) + (this.below(2) === 0 ? 1 : 255);
        return;
      case 5:
        this.#putCount(at, to);
        return;
      case 6:
        this.#putUvarint(at, to);
        return;
      default:
        this.#repeat({ from, to }, at);
    }
  }

  /** Puts a run of the region's bytes somewhere else in it. */
  #repeat({ from, to }: FuzzRegion, at: number): void {
    const source = from + this.below(to - from);
    const count = Math.min(1 + this.below(16), to - at, to - source);
    this.buffer.copyWithin(at, source, source + count);
  }

  #putCount(at: number, to: number): void {
    const count = countsOfNote[this.below(countsOfNote.length)] as number;
    const width = [1, 2, 4, 8][this.below(4)] as number;
    for (let i = 0; i < width && at + i < to; i++) {
      const shift = 8 * (width - 1 - i);
      this.buffer[at + i] = shift >= 32 ? 0 : count >>> shift;
    }
  }

  #putUvarint(at: number, to: number): void {
    const count = 1 + this.below(longestUvarint);
    for (let i = 0; i < count && at + i < to; i++) {
      this.buffer[at + i] = (this.uint32() >>> 25) | (i + 1 < count ? 0x80 : 0);
    }
  }

  #resize(sounds: readonly Uint8Array[]): void {
    const { buffer } = this;
    const at = this.below(this.length + 1);
    const count = 1 + this.below(this.below(4) === 0 ? 64 : 4);
    switch (this.below(4)) {
      case 0:
        this.length = at;
        return;
      case 1:
        buffer.copyWithin(at, Math.min(this.length, at + count), this.length);
        this.length = Math.max(at, this.length - count);
        return;
      case 2: {
        const room = Math.min(count, buffer.length - this.length);
        buffer.copyWithin(at + room, at, this.length);
        for (let i = 0; i < room; i++) buffer[at + i] = this.uint32() >>> 24;
        this.length += room;
        return;
      }
      default: {
        const other = sounds[this.below(sounds.length)] as Uint8Array;
        const from = this.below(other.length);
        const part = other.subarray(from, from + buffer.length - at);
        buffer.set(part, at);
        this.length = at + part.length;
      }
    }
  }
}
