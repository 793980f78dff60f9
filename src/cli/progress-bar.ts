const waitMs = 1000;
const betweenMs = 100;
const width = 30;

/** A bar on stderr, on a terminal and for work over a second; else nothing. */
export class ProgressBar {
  readonly #nowMs: () => number;
  #startMs: number | undefined;
  #shownMs = 0;
  #isShown = false;

  /** `nowMs` only rises. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** May be called as often as there is something to tell; a total of 0 is one that nobody knows. */
  show(doneBytes: number, totalBytes: number): void {
    if (process.stderr.isTTY !== true) return;
    const now = this.#nowMs();
    this.#startMs ??= now;
    if (now - this.#startMs < waitMs || now - this.#shownMs < betweenMs) return;
    this.#shownMs = now;
    this.#isShown = true;
    const speed = (doneBytes / 1e6 / ((now - this.#startMs) / 1000)).toFixed(0);
    if (totalBytes === 0) {
      process.stderr.write(`\r${(doneBytes / 1e6).toFixed(0)} MB ${speed} MB/s `);
      return;
    }
    const share = Math.min(1, doneBytes / totalBytes);
    const filled = Math.round(share * width);
    const bar = `${'='.repeat(filled)}${' '.repeat(width - filled)}`;
    process.stderr.write(`\r[${bar}] ${Math.round(share * 100)} % ${speed} MB/s `);
  }

  /** Before anything else is printed. */
  clear(): void {
    if (this.#isShown) process.stderr.write('\r\u001b[K');
    this.#isShown = false;
  }
}
