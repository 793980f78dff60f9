import type { TimeWindow } from '../../storage/index.js';
import type { WebRequest } from '../request.js';
import { nanosecondsBetween, parseRequestTime, queryTimeMs } from './go-time.js';
import { durationOrError, timeWindow } from './parameters.js';

const nanosecondsPerMs = 1_000_000n;

/** What a request for samples or labels asks for, as far as it decides how much work it is. */
export type QueryShape =
  | {
      readonly kind: 'query';
      readonly query: string;
      readonly startMs: number;
      readonly endMs: number;
      readonly steps: number;
      /** The request's own; undefined or Infinity: the server's. */
      readonly timeoutMs: number;
    }
  | {
      readonly kind: 'labels';
      readonly route: string;
      readonly selectors: readonly string[];
      readonly window: TimeWindow;
    };

/** Undefined for a request that its handler will refuse, or give up at once. */
export function queryShape(route: string, request: WebRequest, nowMs: number): QueryShape | undefined {
  const { form } = request;
  switch (route) {
    case '/api/v1/query': {
      const time = form.get('time');
      const parsed = time === '' ? undefined : parseRequestTime(time);
      if (time !== '' && parsed === undefined) return undefined;
      const atMs = parsed === undefined ? nowMs : queryTimeMs(parsed);
      return queryOf(request, { startMs: atMs, endMs: atMs, steps: 1 });
    }
    case '/api/v1/query_range': {
      const start = parseRequestTime(form.get('start'));
      const end = parseRequestTime(form.get('end'));
      const step = durationOrError(form.get('step'));
      if (start === undefined || end === undefined || typeof step === 'string' || step <= 0n)
        return undefined;
      const steps = Number(nanosecondsBetween(start, end) / step) + 1;
      return queryOf(request, { startMs: queryTimeMs(start), endMs: queryTimeMs(end), steps });
    }
    default:
      return labelsOf(route, request);
  }
}

function queryOf(
  { form }: WebRequest,
  times: { readonly startMs: number; readonly endMs: number; readonly steps: number },
): QueryShape | undefined {
  const timeout = form.get('timeout') === '' ? undefined : durationOrError(form.get('timeout'));
  if (typeof timeout === 'string' || (timeout !== undefined && timeout < nanosecondsPerMs)) return undefined;
  const timeoutMs = timeout === undefined ? Number.POSITIVE_INFINITY : Number(timeout / nanosecondsPerMs);
  return { kind: 'query', query: form.get('query'), ...times, timeoutMs };
}

function labelsOf(route: string, { form }: WebRequest): QueryShape | undefined {
  try {
    return { kind: 'labels', route, selectors: form.all('match[]'), window: timeWindow(form) };
  } catch {
    return undefined;
  }
}
