import { quoteGo } from '../base/index.js';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A form as plain data, for another thread. */
export interface FormValues {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly error: string | undefined;
}

/** Parameters of a URL's query or of a form, as Go's net/url reads them: what does not parse is left out. */
export class Form {
  static readonly empty: Form = new Form(new Map(), undefined);

  readonly #values: ReadonlyMap<string, readonly string[]>;
  /** Go's text for the first pair that did not parse; most routes ignore it, as upstream. */
  readonly error: string | undefined;

  private constructor(values: ReadonlyMap<string, readonly string[]>, error: string | undefined) {
    this.#values = values;
    this.error = error;
  }

  static parse(text: string): Form {
    const values = new Map<string, string[]>();
    let error: string | undefined;
    for (const pair of text === '' ? [] : text.split('&')) {
      if (pair === '') continue;
      const equals = pair.indexOf('=');
      const name = unescapeQuery(equals < 0 ? pair : pair.slice(0, equals));
      const value = unescapeQuery(equals < 0 ? '' : pair.slice(equals + 1));
      if (pair.includes(';')) error ??= 'invalid semicolon separator in query';
      else if (name.error !== undefined) error ??= name.error;
      else if (value.error !== undefined) error ??= value.error;
      else append(values, name.text, value.text);
    }
    return new Form(values, error);
  }

  static of({ values, error }: FormValues): Form {
    return new Form(values, error);
  }

  toValues(): FormValues {
    return { values: this.#values, error: this.error };
  }

  get isEmpty(): boolean {
    return this.#values.size === 0 && this.error === undefined;
  }

  /** Values of this form before those of `other`. */
  merge(other: Form): Form {
    const values = new Map(this.#values);
    for (const [name, list] of other.#values) values.set(name, (values.get(name) ?? []).concat(list));
    return new Form(values, this.error ?? other.error);
  }

  /** The first value, or "". */
  get(name: string): string {
    return this.#values.get(name)?.[0] ?? '';
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

function append(values: Map<string, string[]>, name: string, value: string): void {
  const list = values.get(name);
  if (list === undefined) values.set(name, [value]);
  else list.push(value);
}

interface Unescaped {
  readonly text: string;
  readonly error: string | undefined;
}

function unescapeQuery(text: string): Unescaped {
  const spaced = text.replaceAll('+', ' ');
  if (!text.includes('%')) return { text: spaced, error: undefined };
  const broken = /%(?![0-9a-fA-F]{2})[\s\S]{0,2}/.exec(text);
  if (broken) return { text: '', error: `invalid URL escape ${quoteGo(broken[0])}` };
  try {
    return { text: decodeURIComponent(spaced), error: undefined };
  } catch {
    return { text: decoder.decode(percentDecoded(spaced)), error: undefined };
  }
}

/** Bytes of a text whose percent escapes are well-formed. */
export function percentDecoded(text: string): Uint8Array {
  const bytes: number[] = [];
  const raw = Buffer.from(text);
  for (let i = 0; i < raw.length; i++) {
    if (raw[i] === 0x25) {
      bytes.push(Number.parseInt(raw.toString('latin1', i + 1, i + 3), 16));
      i += 2;
    } else {
      bytes.push(raw[i] as number);
    }
  }
  return Uint8Array.from(bytes);
}
