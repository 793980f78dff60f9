import { exprJson } from '../../promql/index.js';
import type { JsonBody } from '../json/index.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';
import { asQueryParameter } from './query-error.js';

async function parseQuery({ form }: WebRequest, { ports }: WebContext): Promise<Answer> {
  const expr = await asQueryParameter(() => ports.parser.parse(form.get('query')));
  const data: JsonBody = function* (out) {
    for (const text of exprJson(expr)) {
      out.text(text);
      if (out.isFull) yield out.take();
    }
  };
  return { kind: 'data', data };
}

export const parseQueryRoute: Route = {
  name: '/parse_query',
  methods: { GET: parseQuery, POST: parseQuery },
};
