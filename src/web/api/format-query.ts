import { jsonBody } from '../json/index.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';
import { asQueryParameter } from './query-error.js';

async function formatQuery({ form }: WebRequest, { ports }: WebContext): Promise<Answer> {
  const expr = await asQueryParameter(() => ports.parser.parse(form.get('query')));
  return { kind: 'data', data: jsonBody(ports.parser.pretty(expr)) };
}

export const formatQueryRoute: Route = {
  name: '/format_query',
  methods: { GET: formatQuery, POST: formatQuery },
};
