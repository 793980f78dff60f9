import { assert } from '../base/index.js';
import { answerParts } from './answer-parts.js';
import { apiErrorOf, isBug, queryHandlers } from './api/index.js';
import { Form } from './form.js';
import type { QueryPorts } from './ports.js';
import type { RouteCall, RouteOutcome } from './relay.js';
import type { WebRequest } from './route.js';

/** The request as the thread that answers it sees it. */
export function routeCall(route: string, request: WebRequest): RouteCall {
  const { rawQuery, parameter, accept, body } = request;
  return { route, rawQuery, parameter, accept, body: body.isEmpty ? undefined : body.toValues() };
}

/** Runs the handler of a call. `interrupted` says whether the answer is still wanted. Never rejects. */
export async function runRoute(
  call: RouteCall,
  { ports, interrupted }: { readonly ports: QueryPorts; readonly interrupted: () => boolean },
): Promise<RouteOutcome> {
  const handler = queryHandlers.get(call.route);
  assert(handler !== undefined, `a relayed route is one of the query handlers: "${call.route}"`);
  const controller = new AbortController();
  const query = Form.parse(call.rawQuery);
  const body = call.body === undefined ? Form.empty : Form.of(call.body);
  const { rawQuery, parameter, accept } = call;
  const request: WebRequest = {
    query,
    form: body.merge(query),
    body,
    rawQuery,
    parameter,
    accept,
    signal: controller.signal,
    interrupted() {
      if (!controller.signal.aborted && interrupted()) controller.abort();
      return controller.signal.aborted;
    },
  };
  try {
    const { pieces, ...head } = answerParts(await handler(request, { ports }));
    return { kind: 'answer', head, pieces: pieces ?? [new Uint8Array(0)].values() };
  } catch (error) {
    return { kind: 'error', error: apiErrorOf(error), isBug: isBug(error) };
  }
}
