import { decodeUtf8Loose, quoteGo } from '../../base/index.js';
import { isLabelName, unescapeName } from '../../model/index.js';
import { percentDecoded } from '../form.js';
import type { Answer, QueryContext, Route, WebRequest } from '../route.js';
import { badData } from './api-error.js';
import { labelAnswer } from './labels.js';

export async function labelValues(request: WebRequest, web: QueryContext): Promise<Answer> {
  const escaped = decodeName(request.parameter);
  const name = escaped.startsWith('U__') ? unescapeName(escaped) : escaped;
  if (!isLabelName(name)) throw badData(`invalid label name: ${quoteGo(name)}`);
  return labelAnswer(request, web, (querier, ask) => querier.labelValues(name, ask));
}

function decodeName(parameter: string): string {
  const name = decodeUtf8Loose(percentDecoded(parameter));
  if (!name.isWellFormed()) throw badData(`invalid label name: ${quoteGo(name)}`);
  return name;
}

export const labelValuesRoute: Route = { name: '/label/:name/values', methods: { GET: labelValues } };
