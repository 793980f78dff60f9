/** A value that must not be printed: it shows as `<secret>` wherever it is turned into text or JSON. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that sends it. */
  reveal(): string {
    return this.#value;
  }

  get isEmpty(): boolean {
    return this.#value === '';
  }

  toString(): string {
    return '<secret>';
  }

  toJSON(): string {
    return this.#value === '' ? '' : '<secret>';
  }
}
