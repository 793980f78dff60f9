import { externalPath } from '../options.js';
import type { Answer, Handler, Route, WebContext, WebRequest } from '../route.js';
import { favicon, pageDocument } from './document.js';
import { baseScript } from './script-base.js';
import { queryScript } from './script-query.js';
import { viewsScript } from './script-views.js';
import { styleSheet } from './style.js';

const guards = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
};
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

function page(_: WebRequest, { options }: WebContext): Answer {
  return {
    kind: 'plain',
    contentType: 'text/html; charset=utf-8',
    headers: { ...guards, 'Content-Security-Policy': policy },
    body: pageDocument({ title: options.pageTitle, prefix: externalPath(options) }),
  };
}

function asset(contentType: string, body: string): Handler {
  return () => ({ kind: 'plain', contentType, headers: { ...guards, 'Cache-Control': 'no-cache' }, body });
}

/** Upstream's paths of pages; all show the one document. */
const pageNames = [
  '/query',
  '/targets',
  '/status',
  '/alerts',
  '/rules',
  '/tsdb-status',
  '/config',
  '/flags',
  '/service-discovery',
  '/alertmanager-discovery',
];

export const pageRoutes: readonly Route[] = [
  ...pageNames.map((name) => ({ name, methods: { GET: page }, compress: true })),
  {
    name: '/assets/app.js',
    methods: { GET: asset('text/javascript; charset=utf-8', baseScript + queryScript + viewsScript) },
    compress: true,
  },
  {
    name: '/assets/app.css',
    methods: { GET: asset('text/css; charset=utf-8', styleSheet) },
    compress: true,
  },
  { name: '/favicon.svg', methods: { GET: asset('image/svg+xml', favicon) } },
];
