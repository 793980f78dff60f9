import type { Form } from './form.js';
import type { JsonBody } from './json/index.js';
import type { WebOptions } from './options.js';
import type { WebPorts } from './ports.js';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT';

/** What a handler may know of a request. */
export interface WebRequest {
  /** The URL's query alone. */
  readonly query: Form;
  /** The form in the body, then the URL's query: Go's r.Form. */
  readonly form: Form;
  /** The text of the URL's query, undecoded. */
  readonly rawQuery: string;
  /** The last path parameter, undecoded. */
  readonly parameter: string;
  readonly accept: string;
  /** Fires when the client is gone. */
  readonly signal: AbortSignal;
}

/** What a handler answers; the server adds headers that all answers of the route have. */
export type Answer =
  | {
      readonly kind: 'data';
      readonly data: JsonBody;
      readonly warnings?: readonly string[];
      readonly infos?: readonly string[];
    }
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'plain';
      readonly status?: number;
      readonly contentType?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string | Uint8Array;
    };

/** Where nothing is to be found. */
export const notFound: Answer = {
  kind: 'plain',
  status: 404,
  headers: { 'X-Content-Type-Options': 'nosniff' },
  body: '404 page not found\n',
};

export type Handler = (request: WebRequest, web: WebContext) => Answer | Promise<Answer>;

export interface WebContext {
  readonly ports: WebPorts;
  readonly options: WebOptions;
}

/** One path. `name` is upstream's handler label and pattern: `:name` is one segment, `*filepath` the rest. */
export interface Route {
  readonly name: string;
  readonly methods: Partial<Readonly<Record<Method, Handler>>>;
  /** Answers 503 until the server is ready. */
  readonly needsReady?: boolean;
  /** Compressed when the client takes it. */
  readonly compress?: boolean;
  /** Under /api/v1: CORS headers, errors as JSON. */
  readonly api?: boolean;
}
