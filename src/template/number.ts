import { quoteGo, unquoteGo } from '../base/index.js';

const underscores = /^[+-]?(?:0[xXoObB]_?)?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*$/;
const integer = /^[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+|0|[1-9][0-9_]*)$/;
const float =
  /^[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+)$/;
const mostUint = 2n ** 64n - 1n;
const leastInt = -(2n ** 63n);

/** Why a token is no number. Source: Go, text/template/parse/node.go (newNumber). */
export function numberProblem(text: string): string | undefined {
  if (text.endsWith('i') && float.test(text.slice(0, -1))) return undefined;
  const value = integerOf(text);
  if (value !== undefined && value >= leastInt && value <= mostUint) return undefined;
  if (value !== undefined) return `integer overflow: ${quoteGo(text)}`;
  if (!float.test(text)) return `illegal number syntax: ${quoteGo(text)}`;
  return /[.eEpP]/.test(text) ? undefined : `integer overflow: ${quoteGo(text)}`;
}

function integerOf(text: string): bigint | undefined {
  if (!integer.test(text) || (text.includes('_') && !underscores.test(text))) return undefined;
  const digits = text.replace(/^[+-]/, '').replaceAll('_', '');
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits}` : digits);
  return text.startsWith('-') ? -value : value;
}

/** Why a token is no character. */
export function characterProblem(text: string): string | undefined {
  const inner = text.slice(1, -1);
  if (inner === '"' || [...inner].length === 1) return undefined;
  const unquoted = unquoteGo(`"${inner.replaceAll("\\'", "'")}"`);
  if (unquoted === undefined || unquoted === '') return 'invalid syntax';
  return [...unquoted].length === 1 ? undefined : `malformed character constant: ${text}`;
}
