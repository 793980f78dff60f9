import { jsonText } from '../json/index.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';

function version(_: WebRequest, { ports }: WebContext): Answer {
  return { kind: 'plain', body: `${jsonText({ ...ports.buildInfo })}\n` };
}

export const versionRoute: Route = { name: '/version', methods: { GET: version } };
