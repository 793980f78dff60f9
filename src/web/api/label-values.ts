import { quoteGo } from '../../base/index.js';
import { isLabelName, unescapeName } from '../../model/index.js';
import { percentDecoded } from '../form.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';
import { badData } from './api-error.js';
import { labelAnswer } from './labels.js';

const strictDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

async function labelValues(request: WebRequest, web: WebContext): Promise<Answer> {
  const escaped = decodeName(request.parameter);
  const name = escaped.startsWith('U__') ? unescapeName(escaped) : escaped;
  if (!isLabelName(name)) throw badData(`invalid label name: ${quoteGo(name)}`);
  return labelAnswer(request, web, (querier, ask) => querier.labelValues(name, ask));
}

function decodeName(parameter: string): string {
  const bytes = percentDecoded(parameter);
  try {
    return strictDecoder.decode(bytes);
  } catch {
    throw badData(`invalid label name: ${quoteBytes(bytes)}`);
  }
}

/** strconv.Quote of bytes that are not UTF-8, where all that is not ASCII is taken for a stray byte. */
function quoteBytes(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes) {
    text += byte < 0x80 ? quoteGo(String.fromCharCode(byte)).slice(1, -1) : `\\x${byte.toString(16)}`;
  }
  return `${text}"`;
}

export const labelValuesRoute: Route = { name: '/label/:name/values', methods: { GET: labelValues } };
