/** One request, from the matched route to the end of its response. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { encodeUtf8, messageOf } from '../base/index.js';
import { answerParts, plainType } from './answer-parts.js';
import { apiErrorOf, errorText, isBug, queryHandlers, statusOfError } from './api/index.js';
import { chooseCoding } from './compression.js';
import type { CorsHeaders } from './cors.js';
import { Form } from './form.js';
import type { HttpMetrics } from './http-metrics.js';
import { localPieces } from './local-pieces.js';
import { rawHeader, readBody } from './read-body.js';
import type { RelayedAnswer } from './relay.js';
import type { Answer, Method, Route, WebContext, WebRequest } from './route.js';
import { type WriteOptions, writePieces, writeWhole } from './write-response.js';

export interface Exchange {
  readonly message: IncomingMessage;
  readonly raw: ServerResponse;
  /** As the client wrote it. */
  readonly url: string;
  /** The form in the body, if there was one. */
  readonly body: Form;
  readonly context: DispatchContext;
}

export interface DispatchContext extends WebContext {
  readonly cors: CorsHeaders;
  readonly metrics: HttpMetrics;
}

const clientGone = 499;

/** Answers a request for a known path: upstream's rules for methods, then the route's handler. */
export async function dispatch(route: Route, exchange: Exchange): Promise<void> {
  const { message, raw, context } = exchange;
  const method = message.method ?? 'GET';
  const handler = route.methods[method as Method];
  if (handler === undefined) {
    if (method === 'OPTIONS') await answerOptions(route, exchange);
    else await refuseMethod(route, exchange);
    return;
  }
  const startMs = context.ports.clock.monotonicMs();
  const sizeBytes = await answerSafely(route, exchange, async (request) => handler(request, context));
  const seconds = (context.ports.clock.monotonicMs() - startMs) / 1000;
  context.metrics.observe(route.name, raw.writableFinished ? raw.statusCode : clientGone, seconds, sizeBytes);
}

/** A path under /api/v1 answers OPTIONS with CORS headers, known or not; any other one with its methods. */
export async function answerOptions(route: Route | undefined, exchange: Exchange): Promise<void> {
  const { raw, context } = exchange;
  if (route === undefined || route.name.startsWith('/api/v1/')) {
    setApiHeaders({ compress: true }, exchange);
    raw.writeHead(204);
    raw.end();
    context.metrics.observe('/api/v1/*path', 204, 0, 0);
    return;
  }
  raw.setHeader('Allow', allowedMethods(route));
  await writeWhole(new Uint8Array(0), writeOptions(200, exchange));
}

async function refuseMethod(route: Route, exchange: Exchange): Promise<void> {
  exchange.raw.setHeader('Allow', allowedMethods(route));
  await refuse(405, 'Method Not Allowed\n', exchange);
}

function allowedMethods(route: Route): string {
  return [...Object.keys(route.methods), 'OPTIONS'].sort().join(', ');
}

/** Plain text for what no route answers. */
export async function refuse(status: number, text: string, exchange: Exchange): Promise<void> {
  exchange.raw.setHeader('Content-Type', plainType);
  exchange.raw.setHeader('X-Content-Type-Options', 'nosniff');
  await writeWhole(encodeUtf8(text), writeOptions(status, exchange));
}

async function answerSafely(
  route: Route,
  exchange: Exchange,
  handle: (request: WebRequest) => Promise<Answer>,
): Promise<number> {
  const { raw, context } = exchange;
  if (route.needsReady && context.ports.readiness() !== 'ready') return answerNotReady(exchange);
  if (route.api) setApiHeaders(route, exchange);
  try {
    const request = requestOf(exchange);
    const { relay, clock } = context.ports;
    if (relay === undefined || !queryHandlers.has(route.name)) {
      return await send(await handle(request), route, exchange);
    }
    const relayed = relay.answer(route.name, request);
    if (relayed !== undefined) return await sendRelayed(await relayed, route, exchange);
    const startMs = clock.monotonicMs();
    const answer = await handle(request);
    relay.answered?.(request, (clock.monotonicMs() - startMs) / 1000);
    return await send(answer, route, exchange);
  } catch (error) {
    if (isBug(error)) {
      const { logger } = context.ports;
      logger.error('Unexpected error while serving a request', { url: exchange.url, err: messageOf(error) });
    }
    if (!raw.headersSent) return sendError(error, route, exchange);
    // Part of the answer is out: only a broken connection tells the client that it is not whole.
    raw.destroy();
    return 0;
  }
}

function answerNotReady(exchange: Exchange): Promise<number> {
  const isStopping = exchange.context.ports.readiness() === 'stopping';
  exchange.raw.setHeader('X-Prometheus-Stopping', String(isStopping));
  exchange.raw.setHeader('Content-Type', plainType);
  return writeWhole(encodeUtf8('Service Unavailable'), writeOptions(503, exchange));
}

function setApiHeaders({ compress }: Pick<Route, 'compress'>, { message, raw, context }: Exchange): void {
  raw.setHeader('Vary', compress ? ['Accept-Encoding', 'Origin'] : 'Origin');
  for (const [name, value] of Object.entries(context.cors(message.headers.origin)))
    raw.setHeader(name, value);
}

function requestOf({ message, raw, url, body }: Exchange): WebRequest {
  const controller = new AbortController();
  raw.on('close', () => {
    if (!raw.writableFinished) controller.abort();
  });
  const mark = url.indexOf('?');
  const rawQuery = mark < 0 ? '' : url.slice(mark + 1);
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = Form.parse(rawQuery);
  return {
    query,
    form: body.merge(query),
    body,
    rawQuery,
    // The one route with a parameter has it before its last segment.
    parameter: path.split('/').at(-2) ?? '',
    accept: message.headers.accept ?? '',
    header: (name) => rawHeader(message, name),
    readBody: (mostBytes) => readBody(message, mostBytes),
    signal: controller.signal,
  };
}

function send(answer: Answer, route: Route, exchange: Exchange): number | Promise<number> {
  const { pieces, ...head } = answerParts(answer);
  if (pieces !== undefined) return sendRelayed({ ...head, pieces: localPieces(pieces) }, route, exchange);
  exchange.raw.writeHead(head.status);
  exchange.raw.end();
  return 0;
}

/** Takes care of closing the answer's pieces. */
function sendRelayed(answer: RelayedAnswer, route: Route, exchange: Exchange): Promise<number> {
  const { message, raw } = exchange;
  const coding = route.compress ? chooseCoding(message.headers['accept-encoding']?.toString()) : undefined;
  if (coding !== undefined) raw.setHeader('Content-Encoding', coding);
  for (const [name, value] of Object.entries(answer.headers)) raw.setHeader(name, value);
  return writePieces(answer.pieces, { ...writeOptions(answer.status, exchange), coding });
}

/** Errors of the API as JSON; upstream compresses them like any answer. */
export function sendError(error: unknown, route: Route, exchange: Exchange): Promise<number> {
  const { message, raw } = exchange;
  const apiError = apiErrorOf(error);
  const coding = route.compress ? chooseCoding(message.headers['accept-encoding']?.toString()) : undefined;
  if (coding !== undefined) raw.setHeader('Content-Encoding', coding);
  raw.setHeader('Content-Type', 'application/json');
  const status = statusOfError[apiError.type];
  return writeWhole(encodeUtf8(errorText(apiError)), { ...writeOptions(status, exchange), coding });
}

function writeOptions(status: number, { raw, context }: Exchange): WriteOptions {
  const { ports, options } = context;
  return { raw, status, coding: undefined, clock: ports.clock, stallMs: options.writeStallMs };
}
