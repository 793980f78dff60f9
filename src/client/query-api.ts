import { messageOf, parseGoFloat, UserError } from '../base/index.js';
import { Labels } from '../model/index.js';

/** One series of an answer: times in ms, values as numbers and as the server wrote them. */
export interface AnsweredSeries {
  readonly labels: Labels;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  readonly texts: readonly string[];
}

/** What a server answered. A scalar or string is one series without labels. */
export interface Answer {
  readonly kind: 'scalar' | 'string' | 'vector' | 'matrix';
  readonly series: readonly AnsweredSeries[];
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

interface Envelope {
  readonly status?: string;
  readonly error?: string;
  readonly errorType?: string;
  readonly data?: { readonly resultType?: string; readonly result?: unknown };
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

/**
 * Asks `/api/v1/query` or `/api/v1/query_range` of any Prometheus-compatible server, as a form POST.
 * Throws UserError when the server can not be reached, refuses, or answers something else.
 */
export async function askQueryApi(options: {
  url: string;
  endpoint: 'query' | 'query_range';
  form: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}): Promise<Answer> {
  const base = baseUrl(options.url);
  const target = new URL(`api/v1/${options.endpoint}`, base);
  const { request } = await import('undici');
  let envelope: Envelope;
  let status: number;
  try {
    const response = await request(target, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(options.form).toString(),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    status = response.statusCode;
    envelope = ((await response.body.json()) ?? {}) as Envelope;
  } catch (error) {
    throw new UserError({
      code: 'server-unreachable',
      message: `cannot query ${base}: ${messageOf(error)}`,
      suggestions: [
        'check that the server runs and that --url names its address, such as http://localhost:9090',
      ],
      cause: error,
    });
  }
  if (envelope.status !== 'success') {
    throw new UserError({
      code: envelope.errorType ?? 'server-error',
      message: `${base} answered ${status}: ${envelope.error ?? 'no Prometheus API answer'}`,
    });
  }
  try {
    return readAnswer(envelope, base);
  } catch (error) {
    if (error instanceof UserError) throw error;
    // A list of something else than series.
    throw new UserError({
      code: 'server-error',
      message: `${base} answered a result of another shape`,
      cause: error,
    });
  }
}

function baseUrl(text: string): URL {
  try {
    const url = new URL(/^https?:\/\//.test(text) ? text : `http://${text}`);
    if (!url.pathname.endsWith('/')) url.pathname += '/';
    return url;
  } catch (error) {
    throw new UserError({ code: 'bad-url', message: `"${text}" is no URL`, cause: error });
  }
}

type Point = readonly [seconds: number, value: unknown];

function seriesOf(labels: Labels, points: readonly Point[]): AnsweredSeries {
  const texts = points.map(([, value]) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return {
    labels,
    timestamps: Float64Array.from(points, ([seconds]) => Math.round(seconds * 1000)),
    values: Float64Array.from(texts, (text) => parseGoFloat(text) ?? Number.NaN),
    texts,
  };
}

function readAnswer(envelope: Envelope, base: URL): Answer {
  const { resultType, result } = envelope.data ?? {};
  const said = { warnings: envelope.warnings ?? [], infos: envelope.infos ?? [] };
  if ((resultType === 'scalar' || resultType === 'string') && Array.isArray(result)) {
    return { kind: resultType, series: [seriesOf(Labels.empty, [result as unknown as Point])], ...said };
  }
  if ((resultType === 'vector' || resultType === 'matrix') && Array.isArray(result)) {
    const series = result.map((entry: Record<string, unknown>) => {
      const labels = Labels.fromObject((entry.metric ?? {}) as Record<string, string>);
      const single = (entry.value ?? entry.histogram) as Point | undefined;
      const many = [...((entry.values ?? []) as Point[]), ...((entry.histograms ?? []) as Point[])];
      return seriesOf(labels, single ? [single] : many.sort((a, b) => a[0] - b[0]));
    });
    return { kind: resultType, series, ...said };
  }
  throw new UserError({ code: 'server-error', message: `${base} answered a result of type "${resultType}"` });
}
