/** Who is inside, for whoever must wait until all that are inside by now have left. */
export class Presence {
  readonly #inside = new Set<object>();
  #waiting: { readonly left: Set<object>; readonly resolve: () => void }[] = [];

  enter(who: object): void {
    this.#inside.add(who);
  }

  leave(who: object): void {
    if (!this.#inside.delete(who) || this.#waiting.length === 0) return;
    this.#waiting = this.#waiting.filter(({ left, resolve }) => {
      left.delete(who);
      if (left.size > 0) return true;
      resolve();
      return false;
    });
  }

  /** Resolves when all that are inside by now have left. */
  allLeft(): Promise<void> {
    if (this.#inside.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ left: new Set(this.#inside), resolve });
    });
  }
}
