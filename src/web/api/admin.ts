import { messageOf, parseGoBool, quoteGo } from '../../base/index.js';
import { jsonBody } from '../json/index.js';
import type { Answer, Handler, Route, WebContext, WebRequest } from '../route.js';
import { apiError, badData, badParameter } from './api-error.js';
import { parseSelector } from './matchers.js';
import { timeWindow } from './parameters.js';

/** Of a server whose admin API is switched on; else it says so, as upstream does (web/api/v1/api.go). */
function enabled(handler: Handler): Handler {
  return (request, web) => {
    if (!web.options.enableAdminApi) throw apiError('unavailable', 'admin APIs disabled');
    return handler(request, web);
  };
}

async function deleteSeries({ form }: WebRequest, { ports }: WebContext): Promise<Answer> {
  if (form.error !== undefined) throw badData(`error parsing form values: ${form.error}`);
  const selectors = form.all('match[]');
  if (selectors.length === 0) throw badData('no match[] parameter provided');
  const window = timeWindow(form);
  // Upstream deletes what stands in front of a selector that is wrong; here nothing is deleted then.
  const matcherSets = selectors.map((text) =>
    parseSelector(text, ports.parser, (message) => badParameter('match[]', message)),
  );
  await internally(() => ports.admin.deleteSamples({ ...window, matcherSets }));
  return { kind: 'nothing' };
}

async function cleanTombstones(_: WebRequest, { ports }: WebContext): Promise<Answer> {
  await internally(() => ports.admin.cleanTombstones());
  return { kind: 'nothing' };
}

async function snapshot({ form }: WebRequest, { ports }: WebContext): Promise<Answer> {
  const text = form.get('skip_head');
  const skipHead = text === '' ? false : parseGoBool(text);
  if (skipHead === undefined)
    throw badParameter(
      'skip_head',
      `unable to parse boolean: strconv.ParseBool: parsing ${quoteGo(text)}: invalid syntax`,
    );
  const name = await internally(() => ports.admin.snapshot(!skipHead), 'create snapshot: ');
  return { kind: 'data', data: jsonBody({ name }) };
}

async function internally<T>(work: () => Promise<T>, prefix = ''): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw apiError('internal', `${prefix}${messageOf(error)}`);
  }
}

const adminRoute = (name: string, handler: Handler): Route => ({
  name: `/admin/tsdb/${name}`,
  methods: { POST: enabled(handler), PUT: enabled(handler) },
});

export const adminRoutes: readonly Route[] = [
  adminRoute('delete_series', deleteSeries),
  adminRoute('clean_tombstones', cleanTombstones),
  adminRoute('snapshot', snapshot),
];
