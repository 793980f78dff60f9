import { externalPath } from '../options.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';
import { redirect } from './redirect.js';

function home(_: WebRequest, { options }: WebContext): Answer {
  return redirect(`${externalPath(options)}/query`, 302);
}

/** The page had this name in older versions; bookmarks carry their query along. */
function graph({ rawQuery }: WebRequest, { options }: WebContext): Answer {
  const query = rawQuery === '' ? '' : `?${rawQuery}`;
  return redirect(`${externalPath(options)}/query${query}`, 302);
}

export const homeRoute: Route = { name: '/', methods: { GET: home } };
export const graphRoute: Route = { name: '/graph', methods: { GET: graph } };
