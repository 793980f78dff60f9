import { ByteWriter, type JsonBody, jsonText } from '../json/index.js';
import type { ApiError } from './api-error.js';

const maxAnnotations = 10;

/**
 * `{"status":"success","data":…,"warnings":[…],"infos":[…]}` in pieces; lists that are empty are left out.
 */
export function* successPieces(
  data: JsonBody,
  warnings: readonly string[],
  infos: readonly string[],
): Generator<Uint8Array, void> {
  const out = new ByteWriter();
  out.text('{"status":"success","data":');
  yield* data(out);
  if (warnings.length > 0) out.text(`,"warnings":${jsonText(atMostTen(warnings, 'warning'))}`);
  if (infos.length > 0) out.text(`,"infos":${jsonText(atMostTen(infos, 'info'))}`);
  out.text('}');
  yield out.take();
}

function atMostTen(texts: readonly string[], kind: string): readonly string[] {
  if (texts.length <= maxAnnotations) return texts;
  const omitted = texts.length - maxAnnotations;
  return [...texts.slice(0, maxAnnotations), `${omitted} more ${kind} annotations omitted`];
}

export function errorText({ type, message }: ApiError): string {
  return jsonText({ status: 'error', errorType: type, error: message });
}
