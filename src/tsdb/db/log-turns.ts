/**
 * Commits go to the log in the order in which they were begun, also where some must first wait: a sample that another
 * of the same series overtakes would be out of order, when it is shown and at every replay.
 */
export class LogTurns {
  #preparing: Promise<unknown> | undefined;

  /**
   * Calls `log` once `prepare` has resolved and all that came before have called theirs; at once where there is nothing
   * to prepare and nobody waits. Answers what `log` does; rejects where `prepare` does.
   */
  take<Prepared, Logged>(
    prepare: (() => Promise<Prepared>) | undefined,
    log: (prepared: Prepared | undefined) => Promise<Logged>,
  ): Promise<Logged> {
    const before = this.#preparing;
    if (before === undefined && prepare === undefined) return log(undefined);
    const prepared = this.#prepare(before, prepare);
    const logged = prepared.then(log);
    const settled = prepared.then(
      () => undefined,
      () => undefined,
    );
    this.#preparing = settled;
    void settled.then(() => {
      if (this.#preparing === settled) this.#preparing = undefined;
    });
    return logged;
  }

  async #prepare<Prepared>(
    before: Promise<unknown> | undefined,
    prepare: (() => Promise<Prepared>) | undefined,
  ): Promise<Prepared | undefined> {
    await before;
    return prepare?.();
  }
}
