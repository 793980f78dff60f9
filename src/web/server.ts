import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { encodeUtf8, maxTimerMs, messageOf } from '../base/index.js';
import { apiRoutes, badData } from './api/index.js';
import { corsFor } from './cors.js';
import {
  answerOptions,
  type DispatchContext,
  dispatch,
  type Exchange,
  refuse,
  sendError,
} from './dispatch.js';
import { Form } from './form.js';
import { registerHttpMetrics } from './http-metrics.js';
import { listenOn } from './listen.js';
import { managementRoutes, redirect } from './management/index.js';
import type { WebOptions } from './options.js';
import { pageRoutes } from './page/index.js';
import type { WebPorts } from './ports.js';
import type { Route } from './route.js';

export interface WebServer {
  /** Resolves to the addresses as bound, in order, once all accept connections; none does when it rejects. */
  listen(addresses: readonly string[]): Promise<readonly string[]>;
  /** Takes no more connections and lets answers end, for `graceMs` at most. */
  close(graceMs?: number): Promise<void>;
  /** One request without a network, for tests. */
  inject: FastifyInstance['inject'];
}

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

const formType = 'application/x-www-form-urlencoded';
const formPattern = /^\s*application\/x-www-form-urlencoded\s*(;|$)/i;
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];
const routes: readonly Route[] = [...managementRoutes, ...pageRoutes, ...apiRoutes];

/** The HTTP surface over `ports`. Listens nowhere until it is told to. */
export async function createWebServer(ports: WebPorts, options: WebOptions): Promise<WebServer> {
  const names = ['/api/v1/*path', ...routes.map((route) => route.name)];
  const context: DispatchContext = {
    ports,
    options,
    cors: corsFor(options.corsOrigin),
    metrics: registerHttpMetrics(ports.registry, names, () => ports.readiness()),
  };
  let handler: RequestHandler = () => {};
  const app = await createApp(options, (made) => {
    handler = made;
  });
  registerRoutes(app, context);
  await app.ready();
  const servers = new ServerGroup(context, (request, response) => handler(request, response));
  return {
    inject: app.inject.bind(app),
    listen: (addresses) => servers.listen(addresses),
    async close(graceMs = 5000) {
      await servers.close(graceMs);
      await app.close();
    },
  };
}

async function createApp(
  options: WebOptions,
  onHandler: (handler: RequestHandler) => void,
): Promise<FastifyInstance> {
  const { fastify } = await import('fastify');
  const app = fastify({
    logger: false,
    bodyLimit: options.maxFormBytes,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: options.maxHeaderBytes, caseSensitive: true },
    rewriteUrl: (request) => routableUrl(request.url ?? '/'),
    serverFactory(handler) {
      onHandler(handler);
      return createServer(handler);
    },
  });
  app.removeAllContentTypeParsers();
  // Any content type is allowed, malformed ones too: only forms are looked into.
  app.addHook('onRequest', (request, _, done) => {
    const isForm = formPattern.test(request.headers['content-type'] ?? '');
    request.headers['content-type'] = isForm ? formType : 'application/octet-stream';
    done();
  });
  app.addContentTypeParser(
    formType,
    { parseAs: 'buffer' },
    (_: FastifyRequest, body: Buffer, done: (error: null, form: Form) => void) => {
      done(null, Form.parse(body.toString('utf8')));
    },
  );
  // Bodies of other types are not read: upstream takes parameters from forms alone.
  app.addContentTypeParser('*', (_, __, done) => done(null, Form.empty));
  return app;
}

/**
 * A label's name may hold bytes that no router decodes; the route reads it from the URL as it came. An
 * escaped slash separates as any other does upstream.
 */
function routableUrl(url: string): string {
  const [path = ''] = url.split('?', 1);
  return path.replace(
    /(\/api\/v1\/label\/)([^/]+)(\/values)$/,
    (_, start: string, name: string, end: string) => {
      return start + (/%2f/i.test(name) ? '-/-' : '-') + end;
    },
  );
}

function registerRoutes(app: FastifyInstance, context: DispatchContext): void {
  const prefix = context.options.routePrefix === '/' ? '' : context.options.routePrefix;
  const known = new Map<string, Route>();
  for (const route of routes) {
    known.set(route.name, route);
    app.route({
      method: methods,
      url: prefix + route.name.replace(/\*\w+$/, '*'),
      handler: (request, reply) => dispatch(route, exchangeOf(request, reply, context)),
    });
  }
  if (prefix !== '') {
    app.get('/', (request, reply) => redirectTo(prefix, 302, exchangeOf(request, reply, context)));
    app.get(prefix, (request, reply) => redirectTo(`${prefix}/`, 301, exchangeOf(request, reply, context)));
  }
  app.setNotFoundHandler((request, reply) => {
    const exchange = exchangeOf(request, reply, context);
    const isApi = exchange.url.startsWith(`${prefix}/api/v1/`);
    if (isApi && request.method === 'OPTIONS') return answerOptions(undefined, exchange);
    return refuse(404, '404 page not found\n', exchange);
  });
  app.setErrorHandler((error, request, reply) => answerFailure(error, exchangeOf(request, reply, context)));
}

/**
 * What fastify itself refuses: a form that is too large, a body that breaks off, a path that does not decode.
 */
async function answerFailure(error: unknown, exchange: Exchange): Promise<void> {
  exchange.raw.setHeader('Connection', 'close');
  if (exchange.url.includes('/api/v1/')) {
    const isTooLarge = error instanceof Error && 'statusCode' in error && error.statusCode === 413;
    const reason = isTooLarge ? 'http: POST too large' : messageOf(error);
    await sendError(badData(`error parsing form values: ${reason}`), { name: '', methods: {} }, exchange);
  } else {
    await refuse(400, '400 Bad Request', exchange);
  }
}

async function redirectTo(location: string, status: 301 | 302, exchange: Exchange): Promise<void> {
  const handler = () => redirect(location, status);
  await dispatch({ name: '/', methods: { GET: handler } }, exchange);
}

function exchangeOf(request: FastifyRequest, reply: FastifyReply, context: DispatchContext): Exchange {
  reply.hijack();
  const body = request.body instanceof Form ? request.body : Form.empty;
  return { message: request.raw, raw: reply.raw, url: request.originalUrl, body, context };
}

/** One server an address; the bound of connections is over all of them. */
class ServerGroup {
  readonly #context: DispatchContext;
  readonly #handler: RequestHandler;
  #servers: Server[] = [];
  #connectionCount = 0;

  constructor(context: DispatchContext, handler: RequestHandler) {
    this.#context = context;
    this.#handler = handler;
  }

  async listen(addresses: readonly string[]): Promise<readonly string[]> {
    const { logger } = this.#context.ports;
    const bound: string[] = [];
    for (const address of addresses) {
      logger.info('Start listening for connections', { component: 'web', address });
      const server = this.#create();
      try {
        bound.push(await listenOn(server, address));
      } catch (error) {
        logger.error('Unable to start web listener', { err: messageOf(error) });
        await this.close(0);
        throw error;
      }
      this.#servers.push(server);
    }
    return bound;
  }

  async close(graceMs: number): Promise<void> {
    const servers = this.#servers;
    this.#servers = [];
    const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const server of servers) server.closeIdleConnections();
    const timer = this.#context.ports.clock.after(graceMs, () => {
      for (const server of servers) server.closeAllConnections();
    });
    await Promise.all(closed);
    timer.cancel();
  }

  #create(): Server {
    const { options } = this.#context;
    // As upstream, a read timeout of 0 is none.
    const requestTimeout = Math.min(options.requestTimeoutMs, options.readTimeoutMs || maxTimerMs);
    const server = createServer(
      {
        maxHeaderSize: options.maxHeaderBytes,
        headersTimeout: Math.min(options.headersTimeoutMs, requestTimeout),
        requestTimeout,
        keepAliveTimeout: options.readTimeoutMs,
        connectionsCheckingInterval: 1000,
      },
      this.#handler,
    );
    server.on('connection', (socket) => this.#admit(socket));
    server.on('clientError', answerBrokenRequest);
    return server;
  }

  #admit(socket: Socket): void {
    if (this.#connectionCount >= this.#context.options.maxConnections) {
      socket.destroy();
      return;
    }
    this.#connectionCount++;
    socket.once('close', () => {
      this.#connectionCount--;
    });
  }
}

/** A request that is not HTTP, too large in its head, or too slow. */
function answerBrokenRequest(
  error: NodeJS.ErrnoException,
  socket: Socket | import('node:stream').Duplex,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  const head = [`HTTP/1.1 ${status}`, 'Content-Type: text/plain; charset=utf-8', 'Connection: close'];
  socket.end(encodeUtf8(`${head.join('\r\n')}\r\n\r\n${status}`));
}
