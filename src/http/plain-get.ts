/**
 * GET over plain connections (TCP without TLS, Unix sockets): one write and a few reads into one buffer a request, where
 * a client of many features spends several times as much on a page of a thousand samples. Connections are kept by
 * origin; one that the target closed while it was idle is replaced once.
 */
import { connect, type Socket } from 'node:net';
import type { Clock, Timer } from '../base/index.js';
import type { DispatchOptions, RawResponse } from './dispatch-get.js';
import { ResponseReader } from './response-reader.js';

/** Connections that were idle for half of this are closed when it has passed. */
const idleMs = 300_000;
/** A page of some thousand samples, in one read. */
const readBytes = 256 * 1024;

interface Place {
  readonly origin: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: number;
  readonly path: string;
}

interface Connection {
  readonly socket: Socket;
  readonly origin: string;
  idleSinceMs: number;
  /** The request that runs on it. */
  exchange: Exchange | undefined;
  isUsed: boolean;
}

/** A request as it is sent. */
export interface PlainRequest {
  readonly place: Place;
  readonly text: string;
}

/** Undefined for what only a complete client can ask for. */
export function plainRequest(
  url: string,
  headers: readonly (readonly [name: string, value: string])[],
): PlainRequest | undefined {
  const place = placeOf(url);
  if (place === undefined) return undefined;
  let text = `GET ${place.path} HTTP/1.1\r\n`;
  let hasHost = false;
  for (const [name, value] of headers) {
    if (!/^[\w-]+$/.test(name) || /[^\t\x20-\x7e]/.test(value)) return undefined;
    if (name.length === 4 && name.toLowerCase() === 'host') hasHost = true;
    text += `${name}: ${value}\r\n`;
  }
  if (!hasHost) text += `Host: ${place.host}\r\n`;
  return { place, text: `${text}Connection: keep-alive\r\n\r\n` };
}

type Given = Pick<DispatchOptions, 'cancellation' | 'body'>;

export class PlainAgent {
  readonly #socketPath: string;
  readonly #clock: Clock;
  #sweep: Timer | undefined;
  readonly #idle = new Map<string, Connection[]>();
  /** Reads of all connections: each is taken over before the next. */
  readonly #buffer = Buffer.allocUnsafeSlow(readBytes);
  readonly #open = new Set<Connection>();

  /** A path to connect to, or "" for the URL's host. */
  constructor(socketPath: string, clock: Clock) {
    this.#socketPath = socketPath;
    this.#clock = clock;
  }

  /** As `dispatchGet`. */
  get(request: PlainRequest, given: Given): Promise<RawResponse> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(given, resolve, reject);
      if (!exchange.isSettled) this.#start(request, exchange);
    });
  }

  #start(request: PlainRequest, exchange: Exchange): void {
    const { place, text } = request;
    const connection = this.#idle.get(place.origin)?.pop() ?? this.#connect(place);
    connection.exchange = exchange;
    exchange.begin({
      again: connection.isUsed ? () => this.#start(request, exchange) : undefined,
      drop: () => connection.socket.destroy(),
      keep: () => this.#keep(connection),
    });
    connection.socket.write(text, 'latin1');
  }

  #keep(connection: Connection): void {
    connection.exchange = undefined;
    connection.isUsed = true;
    connection.idleSinceMs = this.#clock.monotonicMs();
    this.#sweep ??= this.#clock.after(idleMs, () => this.#closeIdle());
    const kept = this.#idle.get(connection.origin);
    if (kept === undefined) this.#idle.set(connection.origin, [connection]);
    else kept.push(connection);
  }

  #connect({ origin, hostname, port }: Place): Connection {
    const onread = {
      buffer: this.#buffer,
      callback: (size: number, buffer: Uint8Array): boolean => {
        const { exchange } = connection;
        if (exchange === undefined) socket.destroy();
        else exchange.onBytes(buffer.subarray(0, size) as Buffer);
        return true;
      },
    };
    const common = { onread, noDelay: true };
    const socket =
      this.#socketPath === ''
        ? connect({ host: hostname, port, ...common })
        : connect({ path: this.#socketPath, ...common });
    const connection: Connection = { socket, origin, idleSinceMs: 0, exchange: undefined, isUsed: false };
    this.#open.add(connection);
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      this.#open.delete(connection);
      this.#forget(connection);
      connection.exchange?.onClose(failure);
    });
    return connection;
  }

  #forget(connection: Connection): void {
    const kept = this.#idle.get(connection.origin);
    const at = kept?.indexOf(connection) ?? -1;
    if (kept === undefined || at < 0) return;
    kept.splice(at, 1);
    if (kept.length === 0) this.#idle.delete(connection.origin);
  }

  #closeIdle(): void {
    this.#sweep = undefined;
    const nowMs = this.#clock.monotonicMs();
    for (const connections of this.#idle.values()) {
      for (const { socket, idleSinceMs } of connections)
        if (nowMs - idleSinceMs >= idleMs / 2) socket.destroy();
    }
    if (this.#idle.size > 0) this.#sweep = this.#clock.after(idleMs, () => this.#closeIdle());
  }

  destroy(): void {
    this.#sweep?.cancel();
    this.#sweep = undefined;
    for (const { socket } of this.#open) socket.destroy();
  }
}

/** The path is sent as it stands; undefined where it, or the origin, is not plain. */
function placeOf(url: string): Place | undefined {
  const found =
    /^http:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?((?:[/?][\x21-\x22\x24-\x7e]*)?)(?:#.*)?$/i.exec(
      url,
    );
  if (found === null) return undefined;
  const [, name = '', port = '', rest = ''] = found;
  const host = port === '' || port === '80' ? name : `${name}:${port}`;
  return {
    origin: host,
    host,
    hostname: name.startsWith('[') ? name.slice(1, -1) : name,
    port: port === '' ? 80 : Number(port),
    path: rest.startsWith('/') ? rest : `/${rest}`,
  };
}

interface Ends {
  /** Sends the request on another connection; undefined where this one is fresh. */
  readonly again: (() => void) | undefined;
  drop(): void;
  keep(): void;
}

class Exchange {
  readonly #given: Given;
  readonly #resolve: (response: RawResponse) => void;
  readonly #reject: (error: Error) => void;
  #ends: Ends | undefined;
  #reader: ResponseReader | undefined;
  #response: RawResponse | undefined;
  #hasBytes = false;
  isSettled = false;
  readonly #onAbort = (): void => this.#fail(new Error('aborted'));

  constructor(given: Given, resolve: (response: RawResponse) => void, reject: (error: Error) => void) {
    this.#given = given;
    this.#resolve = resolve;
    this.#reject = reject;
    given.cancellation.listen(this.#onAbort);
    if (given.cancellation.reason !== undefined) this.#onAbort();
  }

  begin(ends: Ends): void {
    this.#ends = ends;
    this.#reader = new ResponseReader({
      onHead: (response) => {
        this.#response = response;
      },
      onData: (chunk) => this.#onData(chunk),
    });
  }

  onBytes(chunk: Buffer): void {
    this.#hasBytes = true;
    const reader = this.#reader as ResponseReader;
    try {
      reader.read(chunk);
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    if (reader.isDone && !this.isSettled) this.#finish(this.#response as RawResponse, reader.keepsAlive);
  }

  #onData(chunk: Uint8Array): void {
    const response = this.#response as RawResponse;
    if (this.isSettled || response.status !== 200) return;
    const refused = this.#given.body.append(chunk);
    if (refused !== undefined) this.#finish({ ...response, refused }, false);
  }

  onClose(failure: Error | undefined): void {
    if (this.isSettled) return;
    const again = this.#ends?.again;
    if (!this.#hasBytes && again !== undefined) again();
    else if (failure === undefined && this.#reader?.end()) this.#finish(this.#response as RawResponse, false);
    else this.#fail(failure ?? Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }));
  }

  #fail(error: Error): void {
    const response = this.#response;
    if (response === undefined) this.#end(() => this.#reject(error), false);
    else this.#finish(response.status === 200 ? { ...response, bodyError: error } : response, false);
  }

  #finish(response: RawResponse, keepsAlive: boolean): void {
    this.#end(() => this.#resolve(response), keepsAlive);
  }

  #end(settle: () => void, keepsAlive: boolean): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#given.cancellation.unlisten(this.#onAbort);
    settle();
    if (keepsAlive) this.#ends?.keep();
    else this.#ends?.drop();
  }
}
