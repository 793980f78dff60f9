/** Answers of two servers to one query. */

export interface ApiAnswer {
  readonly status: string;
  readonly errorType?: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
  readonly data?: { readonly resultType: string; readonly result: unknown };
}

interface ApiSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Numbers agree to so much of themselves where nothing says in which order they are added. */
const tolerance = 1e-12;

/** The first difference, or undefined. Series of vectors come in any order unless `isOrdered`. */
export function differenceOf(want: ApiAnswer, got: ApiAnswer, isOrdered: boolean): string | undefined {
  if (want.status !== got.status) return `${want.status} (${want.error}), got ${got.status} (${got.error})`;
  if (want.errorType !== got.errorType) return `${want.errorType}, got ${got.errorType}`;
  if (want.error !== got.error) return `error ${want.error}, got ${got.error}`;
  for (const level of ['warnings', 'infos'] as const) {
    const [a, b] = [want, got].map((answer) => JSON.stringify(shownOf(answer[level] ?? [])));
    if (a !== b) return `${level} ${a}, got ${b}`;
  }
  if (want.data?.resultType !== got.data?.resultType) {
    return `${want.data?.resultType}, got ${got.data?.resultType}`;
  }
  const type = want.data?.resultType;
  if (type !== 'vector' && type !== 'matrix') return different(want.data?.result, got.data?.result, '');
  return differentSeries(
    ordered(want.data?.result as readonly ApiSeries[], isOrdered),
    ordered(got.data?.result as readonly ApiSeries[], isOrdered),
  );
}

const keyOf = ({ metric }: ApiSeries): string => JSON.stringify(Object.entries(metric).sort());

function ordered(series: readonly ApiSeries[], isOrdered: boolean): readonly ApiSeries[] {
  return isOrdered ? series : [...series].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function differentSeries(want: readonly ApiSeries[], got: readonly ApiSeries[]): string | undefined {
  for (let i = 0; i < Math.max(want.length, got.length); i++) {
    const [a, b] = [want[i], got[i]];
    if (a === undefined) return `no series, got ${keyOf(b as ApiSeries)}`;
    if (b === undefined) return `series ${keyOf(a)}, got none`;
    if (keyOf(a) !== keyOf(b)) return `series ${keyOf(a)}, got ${keyOf(b)}`;
    for (const field of ['value', 'values', 'histogram', 'histograms']) {
      const found = different(a[field], b[field], `${keyOf(a)} ${field}`);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Beyond ten annotations upstream shows some of them, in the order of a Go map. */
function shownOf(annotations: readonly string[]): readonly string[] {
  const omitted = annotations.filter((text) => text.endsWith('annotations omitted'));
  return omitted.length > 0 ? [...omitted, `and ${annotations.length}`] : [...annotations].sort();
}

function different(want: unknown, got: unknown, at: string): string | undefined {
  if (Array.isArray(want) && Array.isArray(got) && want.length === got.length) {
    for (const [i, each] of want.entries()) {
      const found = different(each, got[i], `${at}.${i}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isObject(want) && isObject(got)) {
    for (const name of new Set([...Object.keys(want), ...Object.keys(got)])) {
      const found = different(want[name], got[name], `${at}.${name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (want === got || areClose(want, got)) return undefined;
  return `${at}: ${JSON.stringify(want)}, got ${JSON.stringify(got)}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areClose(want: unknown, got: unknown): boolean {
  if (typeof want !== 'string' || typeof got !== 'string') return false;
  const [a, b] = [Number(want), Number(got)];
  return (
    Number.isFinite(a) &&
    Number.isFinite(b) &&
    Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))
  );
}
