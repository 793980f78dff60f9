import type { Answer, Handler, Route, WebContext, WebRequest } from '../route.js';

function onlyWhenEnabled(handler: Handler): Handler {
  return (request: WebRequest, web: WebContext) => {
    if (web.options.enableLifecycle) return handler(request, web);
    return { kind: 'plain', status: 403, body: 'Lifecycle API is not enabled.' };
  };
}

async function reload(_: WebRequest, { ports }: WebContext): Promise<Answer> {
  const error = await ports.lifecycle.reload();
  if (error === undefined) return { kind: 'plain', contentType: '', body: '' };
  return {
    kind: 'plain',
    status: 500,
    headers: { 'X-Content-Type-Options': 'nosniff' },
    body: `failed to reload config: ${error}\n`,
  };
}

function quit(_: WebRequest, { ports }: WebContext): Answer {
  const isFirst = ports.lifecycle.quit();
  const body = isFirst ? 'Requesting termination... Goodbye!' : 'Termination already in progress.';
  return { kind: 'plain', body };
}

function wrongMethod(): Answer {
  return { kind: 'plain', status: 405, body: 'Only POST or PUT requests allowed' };
}

function lifecycleRoute(name: string, handler: Handler): Route {
  const guarded = onlyWhenEnabled(handler);
  return { name, methods: { GET: wrongMethod, POST: guarded, PUT: guarded } };
}

export const reloadRoute = lifecycleRoute('/-/reload', reload);
export const quitRoute = lifecycleRoute('/-/quit', quit);
