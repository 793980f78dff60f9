import type { BodyBuffer } from './body-buffer.js';
import type { Cancellation } from './cancellation.js';

/** May be used for many requests, one after the other; what does not change is then worked out once. */
export interface HttpGetRequest {
  readonly url: string;
  /** Sent in this order, besides what the client's options add. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Over everything: connecting, redirects, the whole body. */
  readonly timeoutMs: number;
  /** A body of so many bytes or more, uncompressed, is refused; 0 for no limit. */
  readonly bodyLimitBytes: number;
  /** Connects to this socket instead of the URL's host. */
  readonly socketPath?: string;
  readonly cancellation?: Cancellation;
}

export interface HttpGetResponse {
  readonly ok: true;
  readonly status: number;
  /** As the status line has it: `404 Not Found`. */
  readonly statusText: string;
  readonly contentType: string;
  /** Empty unless the status is 200. The caller releases it. */
  readonly body: BodyBuffer;
}

/** `kind` tells a refusal of ours from what the network or the target did; `error` is upstream's text. */
export interface HttpGetFailure {
  readonly ok: false;
  readonly kind: 'limit' | 'budget' | 'timeout' | 'aborted' | 'network';
  readonly error: string;
}

/** Fetching as a port: undici in production, a fake in tests. */
export interface HttpGet {
  get(request: HttpGetRequest): Promise<HttpGetResponse | HttpGetFailure>;
  close(): Promise<void>;
}

export const bodyLimitError = 'body size limit exceeded';
