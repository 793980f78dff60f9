import type { JsonBody } from './json/index.js';
import type { WebOptions } from './options.js';
import type { QueryPorts, WebPorts } from './ports.js';
import type { Method, WebRequest } from './request.js';

export type { Method, WebRequest } from './request.js';

/** What a handler answers; the server adds headers that all answers of the route have. */
export type Answer =
  | {
      readonly kind: 'data';
      readonly data: JsonBody;
      readonly warnings?: readonly string[];
      readonly infos?: readonly string[];
      /** Called once, when the data was written or will never be. */
      readonly release?: (() => void) | undefined;
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

/** A handler that any thread with a querier may run. */
export type QueryHandler = (request: WebRequest, context: QueryContext) => Answer | Promise<Answer>;

export interface QueryContext {
  readonly ports: QueryPorts;
}

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
