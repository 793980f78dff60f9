import type { Agent, buildConnector } from 'undici';
import type { Clock, Disk, Timer } from '../base/index.js';
import { BlockPool, BodyBuffer } from './body-buffer.js';
import { ByteBudget } from './byte-budget.js';
import { sensitiveHeaders } from './credentials.js';
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
import { PlainAgent } from './plain-get.js';
import { readTlsOptions } from './tls-connector.js';

export interface HttpClientPorts {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly pool: BlockPool;
  /** Shared by all clients of the process. */
  readonly budget: ByteBudget;
}

type PlainGet = Omit<DispatchOptions, 'agent'>;

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

  constructor(options: HttpClientOptions, ports: HttpClientPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  async close(): Promise<void> {
    const agents = [...this.#agents.values()];
    this.#agents.clear();
    for (const agent of this.#plainAgents.values()) agent.destroy();
    this.#plainAgents.clear();
    for (const agent of agents) await (await agent).destroy();
  }

  async get(request: HttpGetRequest): Promise<HttpGetResponse | HttpGetFailure> {
    const cancel = new AbortController();
    const deadline = this.#startDeadline(request.timeoutMs, () => cancel.abort('timeout'));
    const onAbort = (): void => cancel.abort('aborted');
    request.signal?.addEventListener('abort', onAbort, { once: true });
    if (request.signal?.aborted) onAbort();
    try {
      return await this.#follow(request, cancel.signal);
    } finally {
      deadline.cancel();
      request.signal?.removeEventListener('abort', onAbort);
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

  async #follow(request: HttpGetRequest, signal: AbortSignal): Promise<HttpGetResponse | HttpGetFailure> {
    const secrets = await sensitiveHeaders(this.#options, this.#ports.disk);
    if ('error' in secrets) {
      return { ok: false, kind: 'network', error: networkErrorText(request.url, new Error(secrets.error)) };
    }
    let url = request.url;
    for (let hops = 0; ; hops++) {
      const sameHost = url === request.url || hostOf(url) === hostOf(request.url);
      const headers = sameHost ? [...request.headers, ...secrets.headers] : request.headers;
      const answer = await this.#send({ request, url, headers, signal });
      if (!('location' in answer)) return answer;
      if (hops >= maxRedirects) {
        return {
          ok: false,
          kind: 'network',
          error: networkErrorText(url, new Error('stopped after 10 redirects')),
        };
      }
      url = answer.location;
    }
  }

  async #send(options: {
    request: HttpGetRequest;
    url: string;
    headers: HttpGetRequest['headers'];
    signal: AbortSignal;
  }): Promise<HttpGetResponse | HttpGetFailure | { location: string }> {
    const { request, url, signal } = options;
    const { pool, budget } = this.#ports;
    const body = new BodyBuffer({ pool, budget, limitBytes: request.bodyLimitBytes });
    let raw: RawResponse;
    try {
      const get = { url, headers: options.headers, signal, body };
      raw = await (this.#plainGet(request.socketPath ?? '', get) ??
        this.#dispatchGet(request.socketPath ?? '', get));
    } catch (error) {
      body.release();
      return failureOf(url, error, signal, false);
    }
    const location = redirects.has(raw.status) && this.#options.followRedirects ? raw.location : '';
    if (location !== '' && URL.canParse(location, url)) {
      body.release();
      return { location: new URL(location, url).href };
    }
    return this.#finish({ request, url, raw, body, signal });
  }

  async #finish(given: {
    request: HttpGetRequest;
    url: string;
    raw: RawResponse;
    body: BodyBuffer;
    signal: AbortSignal;
  }): Promise<HttpGetResponse | HttpGetFailure> {
    const { raw, body } = given;
    const refuse = (failure: HttpGetFailure): HttpGetFailure => {
      body.release();
      return failure;
    };
    if (raw.refused !== undefined) return refuse(this.#refusal(raw.refused));
    if (raw.bodyError !== undefined) return refuse(failureOf(given.url, raw.bodyError, given.signal, true));
    const answer = {
      ok: true,
      status: raw.status,
      statusText: raw.statusText,
      contentType: raw.contentType,
    } as const;
    if (raw.contentEncoding !== 'gzip' || raw.status !== 200) return { ...answer, body };
    const { pool, budget } = this.#ports;
    const inflated = new BodyBuffer({ pool, budget, limitBytes: given.request.bodyLimitBytes });
    const result = await inflateGzip(body.bytes(), inflated, given.signal);
    body.release();
    if (result === undefined) return { ...answer, body: inflated };
    inflated.release();
    if ('refused' in result) return this.#refusal(result.refused);
    if (given.signal.aborted) return failureOf(given.url, undefined, given.signal, true);
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

  /** Undefined where it takes the complete client: TLS, a proxy, an odd URL. */
  #plainGet(socketPath: string, get: PlainGet): Promise<RawResponse> | undefined {
    if (this.#options.proxyUrl !== '') return undefined;
    let agent = this.#plainAgents.get(socketPath);
    if (agent === undefined) {
      agent = new PlainAgent(socketPath, this.#ports.clock);
      this.#plainAgents.set(socketPath, agent);
    }
    return agent.get(get);
  }

  async #dispatchGet(socketPath: string, get: PlainGet): Promise<RawResponse> {
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

function failureOf(url: string, error: unknown, signal: AbortSignal, inBody: boolean): HttpGetFailure {
  if (signal.aborted) {
    const isTimeout = signal.reason === 'timeout';
    const text = isTimeout ? 'context deadline exceeded' : 'context canceled';
    const kind = isTimeout ? 'timeout' : 'aborted';
    return { ok: false, kind, error: inBody ? text : networkErrorText(url, new Error(text)) };
  }
  return { ok: false, kind: 'network', error: inBody ? 'unexpected EOF' : networkErrorText(url, error) };
}
