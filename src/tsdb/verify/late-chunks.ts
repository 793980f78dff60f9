/** The chunks of out-of-order samples in `chunks_head`, for the markers of the out-of-order log that name them. */
export class LateChunks {
  /** By file: the series of the chunk that begins at a byte. */
  readonly #files = new Map<number, Map<number, number>>();
  readonly #damaged = new Set<number>();

  addFile(sequence: number): void {
    this.#files.set(sequence, new Map());
  }

  add(sequence: number, offset: number, series: number): void {
    this.#files.get(sequence)?.set(offset, series);
  }

  /** What stands in it from some byte on is not known. */
  setDamaged(sequence: number): void {
    this.#damaged.add(sequence);
  }

  /**
   * What is wrong with a marker; undefined where nothing is, or nobody can say: files before the first are gone since
   * their samples went to blocks. Both numbers 0 name no chunk.
   */
  faultOf(marker: {
    readonly ref: number;
    readonly fileIndex: number;
    readonly offset: number;
  }): string | undefined {
    const { ref, fileIndex, offset } = marker;
    if ((fileIndex === 0 && offset === 0) || this.#damaged.has(fileIndex)) return undefined;
    const chunks = this.#files.get(fileIndex);
    const place = `byte ${offset} of chunks_head file ${fileIndex}`;
    if (chunks === undefined) {
      const isAhead = [...this.#files.keys()].every((sequence) => sequence < fileIndex);
      return isAhead ? `a marker of series ${ref} names ${place}, a file that was never written` : undefined;
    }
    const series = chunks.get(offset);
    if (series === undefined)
      return `a marker of series ${ref} names ${place}, where no chunk of late samples begins`;
    return series === ref
      ? undefined
      : `a marker of series ${ref} names ${place}, a chunk of series ${series}`;
  }
}
