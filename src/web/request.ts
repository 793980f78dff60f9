import type { Form } from './form.js';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT';

/** What a handler may know of a request. */
export interface WebRequest {
  /** The URL's query alone. */
  readonly query: Form;
  /** The form in the body, then the URL's query: Go's r.Form. */
  readonly form: Form;
  /** The form in the body alone. */
  readonly body: Form;
  /** The text of the URL's query, undecoded. */
  readonly rawQuery: string;
  /** The last path parameter, undecoded. */
  readonly parameter: string;
  readonly accept: string;
  /** A header as the client wrote it, by its name in lower case; "" when absent. Only where the request came in. */
  header?(name: string): string;
  /** A body that is no form; undefined when it has more bytes. Rejects when it breaks off. Only where it came in. */
  readBody?(mostBytes: number): Promise<Uint8Array | undefined>;
  /** Fires when the client is gone. */
  readonly signal: AbortSignal;
  /** True when the client is gone, on a thread that hears of it by asking alone; then the signal fires too. */
  readonly interrupted?: () => boolean;
}
