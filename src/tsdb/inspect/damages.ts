/** So many are told one by one. */
const toldOfFile = 10;

/** What cannot be read, each damage once; of a file with many of them the first, and how many there are. */
export class Damages {
  readonly #byFile = new Map<string, Set<string>>();
  readonly #tell: (text: string) => void;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  get count(): number {
    let count = 0;
    for (const texts of this.#byFile.values()) count += texts.size;
    return count;
  }

  add(file: string, text: string): void {
    let texts = this.#byFile.get(file);
    if (texts === undefined) {
      texts = new Set();
      this.#byFile.set(file, texts);
    }
    if (texts.has(text)) return;
    texts.add(text);
    if (texts.size <= toldOfFile) this.#tell(text);
  }

  /** Says what was not told. */
  close(): void {
    for (const [file, texts] of this.#byFile) {
      const more = texts.size - toldOfFile;
      if (more > 0) this.#tell(`"${file}" has ${more} more damaged places, whose samples are left out`);
    }
  }
}
