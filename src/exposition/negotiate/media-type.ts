/** Reads a Content-Type as Go does, with Go's error texts. Source: mime.ParseMediaType. */
export type MediaType = { readonly mediaType: string } | { readonly error: string };

const leadingSpace = /^[\t\n\v\f\r \u0085\u00a0]+/;
const trailingSpace = /[\t\n\v\f\r \u0085\u00a0]$/;
const tokenBytes = /^[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+/;
const special = /^[()<>@,;:\\"/[\]?=]/;

function trimStart(text: string): string {
  return text.replace(leadingSpace, '');
}

function trim(text: string): string {
  let end = text.length;
  while (end > 0 && trailingSpace.test(text[end - 1] as string)) end--;
  return trimStart(text.slice(0, end));
}

function leadingToken(text: string): string {
  return tokenBytes.exec(text)?.[0] ?? '';
}

export function parseMediaType(header: string): MediaType {
  const semicolon = header.indexOf(';');
  const base = semicolon < 0 ? header : header.slice(0, semicolon);
  const mediaType = trim(base.toLowerCase());
  const error = nameError(mediaType) ?? parametersError(header.slice(base.length));
  return error === undefined ? { mediaType } : { error };
}

function nameError(mediaType: string): string | undefined {
  const type = leadingToken(mediaType);
  if (type === '') return 'mime: no media type';
  const behind = mediaType.slice(type.length);
  if (behind === '') return undefined;
  if (behind[0] !== '/') return 'mime: expected slash after first token';
  const subtype = leadingToken(behind.slice(1));
  if (subtype === '') return 'mime: expected token after slash';
  return behind.length > subtype.length + 1 ? 'mime: unexpected content after media subtype' : undefined;
}

function parametersError(text: string): string | undefined {
  const values = new Map<string, string>();
  let rest = trimStart(text);
  while (rest !== '') {
    const parameter = readParameter(rest);
    if (parameter === undefined) return trim(rest) === ';' ? undefined : 'mime: invalid media parameter';
    const known = values.get(parameter.name);
    if (known !== undefined && known !== parameter.value) return 'mime: duplicate parameter name';
    values.set(parameter.name, parameter.value);
    rest = trimStart(parameter.rest);
  }
  return undefined;
}

interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly rest: string;
}

function readParameter(text: string): Parameter | undefined {
  if (text[0] !== ';') return undefined;
  let rest = trimStart(text.slice(1));
  const name = leadingToken(rest);
  if (name === '') return undefined;
  rest = trimStart(rest.slice(name.length));
  if (rest[0] !== '=') return undefined;
  rest = trimStart(rest.slice(1));
  const lowerName = name.toLowerCase();
  if (rest[0] === '"') {
    const quoted = readQuoted(rest);
    return quoted && { name: lowerName, ...quoted };
  }
  const value = leadingToken(rest);
  return value === '' ? undefined : { name: lowerName, value, rest: rest.slice(value.length) };
}

/** A backslash counts only before characters that need one. */
function readQuoted(text: string): { readonly value: string; readonly rest: string } | undefined {
  let value = '';
  for (let i = 1; i < text.length; i++) {
    const character = text[i] as string;
    if (character === '"') return { value, rest: text.slice(i + 1) };
    if (character === '\\' && special.test(text.slice(i + 1, i + 2))) {
      value += text[++i];
      continue;
    }
    if (character === '\r' || character === '\n') return undefined;
    value += character;
  }
  return undefined;
}
