import type { Agent, Dispatcher } from 'undici';
import type { BodyBuffer, BodyRefusal } from './body-buffer.js';
import type { Cancellation } from './cancellation.js';

export interface RawResponse {
  readonly status: number;
  readonly statusText: string;
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly location: string;
  /** Why the body was not read to its end. */
  readonly refused?: BodyRefusal | undefined;
  readonly bodyError?: Error | undefined;
}

export interface DispatchOptions {
  readonly agent: Agent;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly cancellation: Cancellation;
  /** Takes the body as it came over the wire; only that of a 200. */
  readonly body: BodyBuffer;
}

/**
 * One request at undici's dispatch level. Rejects when no response came; resolves as soon as it is known that the
 * rest of the body is not wanted, and the connection is then dropped.
 */
export function dispatchGet(options: DispatchOptions): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const split = splitUrl(options.url);
    if (split === undefined) {
      reject(new Error(`parse ${JSON.stringify(options.url)}: invalid URL`));
      return;
    }
    const handler = new GetHandler(options, resolve, reject);
    const request: Dispatcher.DispatchOptions = {
      origin: split.origin,
      path: split.path,
      method: 'GET',
      headers: options.headers.flat(),
    };
    try {
      options.agent.dispatch(request, handler);
    } catch (error) {
      handler.fail(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/** The path is sent as it stands; only the origin must be one that can be parsed. */
function splitUrl(url: string): { origin: string; path: string } | undefined {
  const found = /^(https?:\/\/[^/?#]*)([^#]*)/i.exec(url);
  const origin = found?.[1];
  if (origin === undefined || !URL.canParse(origin) || new URL(origin).host === '') return undefined;
  const rest = found?.[2] ?? '';
  return { origin, path: rest.startsWith('/') ? rest : `/${rest}` };
}

class GetHandler implements Dispatcher.DispatchHandler {
  readonly #options: DispatchOptions;
  readonly #resolve: (response: RawResponse) => void;
  readonly #reject: (error: Error) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #response: RawResponse | undefined;
  #isDone = false;
  readonly #onAbort = (): void => this.fail(new Error('aborted'));

  constructor(
    options: DispatchOptions,
    resolve: (response: RawResponse) => void,
    reject: (error: Error) => void,
  ) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    options.cancellation.listen(this.#onAbort);
    if (options.cancellation.reason !== undefined) this.#onAbort();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isDone) controller.abort(new Error('aborted'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    statusMessage?: string,
  ): void {
    if (status < 200) return;
    const header = (name: string): string => {
      const value = headers[name];
      return Array.isArray(value) ? (value[0] ?? '') : (value ?? '');
    };
    this.#response = {
      status,
      statusText: `${status} ${statusMessage ?? ''}`.trimEnd(),
      contentType: header('content-type'),
      contentEncoding: header('content-encoding'),
      location: header('location'),
    };
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    const response = this.#response;
    if (this.#isDone || response === undefined || response.status !== 200) return;
    const refused = this.#options.body.append(chunk);
    if (refused !== undefined) this.#finish({ ...response, refused });
  }

  onResponseEnd(): void {
    const response = this.#response;
    // The connection is whole and goes back to the pool.
    this.#controller = undefined;
    if (response === undefined) this.fail(new Error('response without a head'));
    else this.#finish(response);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  fail(error: Error): void {
    const response = this.#response;
    if (response !== undefined && response.status === 200) this.#finish({ ...response, bodyError: error });
    else if (response !== undefined) this.#finish(response);
    else this.#end(() => this.#reject(error));
  }

  #finish(response: RawResponse): void {
    this.#end(() => this.#resolve(response));
  }

  #end(settle: () => void): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#options.cancellation.unlisten(this.#onAbort);
    settle();
    this.#controller?.abort(new Error('done'));
  }
}
