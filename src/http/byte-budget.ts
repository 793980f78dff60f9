/** Bytes that may be in flight at once, over all who share the budget. */
export class ByteBudget {
  readonly limitBytes: number;
  #takenBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** False when there is not so much left; nothing is taken then. */
  tryTake(bytes: number): boolean {
    if (this.#takenBytes + bytes > this.limitBytes) return false;
    this.#takenBytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#takenBytes -= bytes;
  }
}
