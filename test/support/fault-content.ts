import type { Random } from '../../src/base/index.js';

const sectorBytes = 512;

/** A file's bytes as readers see them, and as they stand on stable storage. */
export class FileContent {
  bytes: Uint8Array;
  size: number;
  durable: Uint8Array;

  constructor(durable: Uint8Array = new Uint8Array(0)) {
    this.durable = durable;
    this.bytes = durable.slice();
    this.size = durable.length;
  }

  get visible(): Uint8Array {
    return this.bytes.subarray(0, this.size);
  }

  write(bytes: Uint8Array, offset: number): void {
    const end = offset + bytes.length;
    if (end > this.bytes.length) this.#grow(Math.max(end, this.bytes.length * 2));
    this.bytes.set(bytes, offset);
    this.size = Math.max(this.size, end);
  }

  truncate(size: number): void {
    if (size > this.bytes.length) this.#grow(size);
    if (size < this.size) this.bytes.fill(0, size, this.size);
    this.size = size;
  }

  #grow(capacity: number): void {
    const grown = new Uint8Array(capacity);
    grown.set(this.visible);
    this.bytes = grown;
  }

  sync(): void {
    this.durable = this.visible.slice();
  }

  /** As the system does by itself now and then: some of it comes to stable storage. */
  writeBack(random: Random): void {
    this.durable = this.survivor(random).slice();
  }

  get isUnsynced(): boolean {
    return this.size !== this.durable.length || Buffer.compare(this.visible, this.durable) !== 0;
  }

  /** What power loss leaves: old or new sectors, each by itself, and an end between the old and the new one. */
  survivor(random: Random): Uint8Array {
    const fate = random.float();
    if (fate < 0.3) return this.durable.slice();
    if (fate < 0.5) return this.visible.slice();
    const low = Math.min(this.size, this.durable.length);
    const high = Math.max(this.size, this.durable.length);
    const survivor = new Uint8Array(low + Math.floor(random.float() * (high - low + 1)));
    for (let at = 0; at < survivor.length; at += sectorBytes) {
      const from = random.float() < 0.5 ? this.visible : this.durable;
      survivor.set(from.subarray(at, Math.min(at + sectorBytes, survivor.length)), at);
    }
    return survivor;
  }
}
