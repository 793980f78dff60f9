import type { Agent, buildConnector } from 'undici';
import type { Clock, Disk, Timer } from '../base/index.js';
import { BlockPool, BodyBuffer } from './body-buffer.js';
import { ByteBudget } from './byte-budget.js';
import { Cancellation } from './cancellation.js';
import { hasSecrets, sensitiveHeaders } from './credentials.js';
import { type DispatchOptions, dispatchGet, type RawResponse } from './dispatch-get.js';
import type { HttpClientOptions } from './http-fields.js';
import {
  bodyLimitError,
  type HttpGet,
  type HttpGetFailure,
  type HttpGetRequest,
  type HttpGetResponse,
} from './http-get.js';
import { inflateGzip } from './inflate.js';
import { networkErrorText } from './network-error.js';
import { PlainAgent, type PlainRequest, plainRequest } from './plain-get.js';
import { readTlsOptions } from './tls-connector.js';

export interface HttpClientPorts {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly pool: BlockPool;
  /** Shared by all clients of the process. */
  readonly budget: ByteBudget;
}

type WholeGet = Omit<DispatchOptions, 'agent'>;

type Answer = HttpGetResponse | HttpGetFailure | { readonly location: string };

/** One request of a caller: what of it has gone by. */
interface Attempt {
  readonly request: HttpGetRequest;
  readonly cancellation: Cancellation;
  readonly hops: number;
  readonly url: string;
}

const maxRedirects = 10;

/** A timer so much behind tells of a busy loop. */
const lateTimerMs = 20;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What all clients of a process share. */
export function createBodyMemory(
  inFlightBytes = 256 * 1024 * 1024,
): Pick<HttpClientPorts, 'pool' | 'budget'> {
  return { pool: new BlockPool(16 * 1024 * 1024), budget: new ByteBudget(inFlightBytes) };
}

/** One client for one set of options: connections are kept and shared by all who use it. */
export function createHttpClient(options: HttpClientOptions, ports: HttpClientPorts): HttpGet {
  return new UndiciClient(options, ports);
}

class UndiciClient implements HttpGet {
  readonly #options: HttpClientOptions;
  readonly #ports: HttpClientPorts;
  /** One agent for TCP ("") and one a Unix socket: undici pools connections by host alone. */
  readonly #agents = new Map<string, Promise<Agent>>();
  readonly #plainAgents = new Map<string, PlainAgent>();
  /** Requests without secrets that were laid out before. */
  readonly #plainRequests = new WeakMap<HttpGetRequest, PlainRequest>();
  readonly #isPlain: boolean;

  constructor(options: HttpClientOptions, ports: HttpClientPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#isPlain = options.proxyUrl === '' && !hasSecrets(options);
  }

  async close(): Promise<void> {
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    for (const agent of this.#plainAgents.values()) agent.destroy();
    this.#plainAgents.clear();
    for (const agent of agents) await (await agent).destroy();
  }

  async get(request: HttpGetRequest): Promise<HttpGetResponse | HttpGetFailure> {
    const cancellation = new Cancellation();
    const deadline = this.#startDeadline(request.timeoutMs, () => cancellation.cancel('timeout'));
    const onCancel = (): void => cancellation.cancel('aborted');
    request.cancellation?.listen(onCancel);
    if (request.cancellation?.reason !== undefined) onCancel();
    try {
      const first = { request, cancellation, hops: 0, url: request.url };
      const plain = this.#plainOf(request);
      const answer = await (plain === undefined ? this.#sendWhole(first) : this.#sendPlain(first, plain));
      return 'location' in answer ? await this.#follow(first, answer.location) : answer;
    } finally {
      deadline.cancel();
      request.cancellation?.unlisten(onCancel);
    }
  }

  /**
   * A deadline that holds against the target, not against this process: when the timer fires late, the loop was busy
   * elsewhere and could not read what may long be there, so that as much time is added, once.
   */
  #startDeadline(timeoutMs: number, expire: () => void): Timer {
    const { clock } = this.#ports;
    const dueMs = clock.monotonicMs() + timeoutMs;
    let timer = clock.after(timeoutMs, () => {
      const lateMs = clock.monotonicMs() - dueMs;
      if (lateMs < lateTimerMs) expire();
      else timer = clock.after(Math.min(lateMs, timeoutMs), expire);
    });
    return { cancel: () => timer.cancel() };
  }

  async #follow(first: Attempt, location: string): Promise<HttpGetResponse | HttpGetFailure> {
    let attempt = first;
    let url = location;
    for (;;) {
      if (attempt.hops >= maxRedirects) {
        const error = networkErrorText(attempt.url, new Error('stopped after 10 redirects'));
        return { ok: false, kind: 'network', error };
      }
      attempt = { ...attempt, hops: attempt.hops + 1, url };
      const answer = await this.#sendWhole(attempt);
      if (!('location' in answer)) return answer;
      url = answer.location;
    }
  }

  /** Undefined where it takes the complete client: secrets, TLS, a proxy, an odd URL. */
  #plainOf(request: HttpGetRequest): PlainRequest | undefined {
    if (!this.#isPlain) return undefined;
    let plain = this.#plainRequests.get(request);
    if (plain === undefined) {
      plain = plainRequest(request.url, request.headers);
      if (plain !== undefined) this.#plainRequests.set(request, plain);
    }
    return plain;
  }

  async #sendPlain(attempt: Attempt, plain: PlainRequest): Promise<Answer> {
    const { cancellation, request } = attempt;
    const body = this.#createBody(request);
    let raw: RawResponse;
    try {
      raw = await this.#plainAgent(request.socketPath ?? '').get(plain, { cancellation, body });
    } catch (error) {
      body.release();
      return failureOf(attempt.url, error, cancellation, false);
    }
    return this.#answerOf(attempt, raw, body);
  }

  /** With the secrets of the client, which may come from files. */
  async #sendWhole(attempt: Attempt): Promise<Answer> {
    const { cancellation, request, url } = attempt;
    const secrets = await sensitiveHeaders(this.#options, this.#ports.disk);
    if ('error' in secrets) {
      return { ok: false, kind: 'network', error: networkErrorText(request.url, new Error(secrets.error)) };
    }
    const sameHost = url === request.url || hostOf(url) === hostOf(request.url);
    const headers = sameHost ? [...request.headers, ...secrets.headers] : request.headers;
    const socketPath = request.socketPath ?? '';
    const body = this.#createBody(request);
    const plain = this.#options.proxyUrl === '' ? plainRequest(url, headers) : undefined;
    let raw: RawResponse;
    try {
      raw = await (plain === undefined
        ? this.#dispatchGet(socketPath, { url, headers, cancellation, body })
        : this.#plainAgent(socketPath).get(plain, { cancellation, body }));
    } catch (error) {
      body.release();
      return failureOf(url, error, cancellation, false);
    }
    return this.#answerOf(attempt, raw, body);
  }

  #createBody({ bodyLimitBytes: limitBytes }: HttpGetRequest): BodyBuffer {
    const { pool, budget } = this.#ports;
    return new BodyBuffer({ pool, budget, limitBytes });
  }

  #answerOf(attempt: Attempt, raw: RawResponse, body: BodyBuffer): Answer | Promise<Answer> {
    const { url, cancellation } = attempt;
    const location = redirects.has(raw.status) && this.#options.followRedirects ? raw.location : '';
    if (location !== '' && URL.canParse(location, url)) {
      body.release();
      return { location: new URL(location, url).href };
    }
    if (raw.refused !== undefined) {
      body.release();
      return this.#refusal(raw.refused);
    }
    if (raw.bodyError !== undefined) {
      body.release();
      return failureOf(url, raw.bodyError, cancellation, true);
    }
    const { status, statusText, contentType } = raw;
    const answer: HttpGetResponse = { ok: true, status, statusText, contentType, body };
    return raw.contentEncoding === 'gzip' && status === 200 ? this.#inflated(attempt, answer) : answer;
  }

  async #inflated(attempt: Attempt, answer: HttpGetResponse): Promise<Answer> {
    const { request, cancellation, url } = attempt;
    const inflated = this.#createBody(request);
    const result = await inflateGzip(answer.body.bytes(), inflated, cancellation);
    answer.body.release();
    if (result === undefined) return { ...answer, body: inflated };
    inflated.release();
    if ('refused' in result) return this.#refusal(result.refused);
    if (cancellation.reason !== undefined) return failureOf(url, undefined, cancellation, true);
    return { ok: false, kind: 'network', error: result.error };
  }

  #refusal(refused: 'limit' | 'budget'): HttpGetFailure {
    if (refused === 'limit') return { ok: false, kind: 'limit', error: bodyLimitError };
    const mebibytes = this.#ports.budget.limitBytes / 2 ** 20;
    return {
      ok: false,
      kind: 'budget',
      error: `bodies in flight exceed ${mebibytes} MiB over all targets: set body_size_limit on large targets`,
    };
  }

  #plainAgent(socketPath: string): PlainAgent {
    let agent = this.#plainAgents.get(socketPath);
    if (agent === undefined) {
      agent = new PlainAgent(socketPath, this.#ports.clock);
      this.#plainAgents.set(socketPath, agent);
    }
    return agent;
  }

  async #dispatchGet(socketPath: string, get: WholeGet): Promise<RawResponse> {
    return dispatchGet({ agent: await this.#agent(socketPath), ...get });
  }

  #agent(socketPath: string): Promise<Agent> {
    let agent = this.#agents.get(socketPath);
    if (agent === undefined) {
      agent = this.#createAgent(socketPath);
      this.#agents.set(socketPath, agent);
    }
    return agent;
  }

  async #createAgent(socketPath: string): Promise<Agent> {
    const undici = await import('undici');
    const { tlsConfig, proxyUrl } = this.#options;
    const connect: buildConnector.connector = (target, callback) => {
      const open = async (): Promise<void> => {
        const tls = target.protocol === 'https:' ? await readTlsOptions(tlsConfig, this.#ports.disk) : {};
        const socket = socketPath === '' ? {} : { socketPath };
        undici.buildConnector({ ...tls, ...socket, timeout: 0 })(target, callback);
      };
      open().catch((error: Error) => callback(error, null));
    };
    const common = {
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: 1024 * 1024,
      keepAliveTimeout: 300_000,
    };
    if (proxyUrl !== '' && socketPath === '') {
      const agent = new undici.ProxyAgent({ ...common, uri: proxyUrl });
      return agent as unknown as Agent;
    }
    return new undici.Agent({ ...common, connect, allowH2: false });
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function failureOf(url: string, error: unknown, { reason }: Cancellation, inBody: boolean): HttpGetFailure {
  if (reason !== undefined) {
    const isTimeout = reason === 'timeout';
    const text = isTimeout ? 'context deadline exceeded' : 'context canceled';
    const kind = isTimeout ? 'timeout' : 'aborted';
    return { ok: false, kind, error: inBody ? text : networkErrorText(url, new Error(text)) };
  }
  return { ok: false, kind: 'network', error: inBody ? 'unexpected EOF' : networkErrorText(url, error) };
}
