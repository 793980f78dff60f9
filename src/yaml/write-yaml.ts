import { resolveScalar } from './resolve-scalar.js';

/** What `writeYaml` writes. `verbatim` is put as it stands; `flow` is a list on one line. */
export type YamlValue =
  | string
  | number
  | boolean
  | null
  | { readonly verbatim: string }
  | { readonly flow: readonly string[] }
  | readonly YamlValue[]
  | ReadonlyMap<string, YamlValue>;

/** YAML as upstream's yaml.v2 prints it: two spaces, lists at their key's column, quotes only where needed. */
export function writeYaml(value: ReadonlyMap<string, YamlValue>): string {
  const lines: string[] = [];
  writeMapping(value, '', lines);
  return lines.length === 0 ? '{}\n' : `${lines.join('\n')}\n`;
}

function isMapping(value: YamlValue): value is ReadonlyMap<string, YamlValue> {
  return value instanceof Map;
}

function writeMapping(mapping: ReadonlyMap<string, YamlValue>, indent: string, lines: string[]): void {
  for (const [key, value] of mapping) {
    const start = `${indent}${writeText(key, indent)}:`;
    if (isMapping(value) && value.size > 0) {
      lines.push(start);
      writeMapping(value, `${indent}  `, lines);
    } else if (Array.isArray(value) && value.length > 0) {
      lines.push(start);
      writeList(value, indent, lines);
    } else {
      lines.push(foldLeaf(`${start} `, value, indent));
    }
  }
}

function writeList(items: readonly YamlValue[], indent: string, lines: string[]): void {
  for (const item of items) {
    const nested: string[] = [];
    if (isMapping(item) && item.size > 0) writeMapping(item, `${indent}  `, nested);
    else if (Array.isArray(item) && item.length > 0) writeList(item, `${indent}  `, nested);
    else nested.push(foldLeaf(`${indent}  `, item, indent));
    const first = nested[0] as string;
    lines.push(`${indent}- ${first.slice(indent.length + 2)}`, ...nested.slice(1));
  }
}

/** Upstream goes to the next line behind this column. */
const widest = 80;

/** A leaf behind `start`, over several lines where it is long. */
function foldLeaf(start: string, value: YamlValue, indent: string): string {
  if (value === null) return `${start}null`;
  if (typeof value === 'string') return start + foldText(writeText(value, indent), start.length, indent);
  if (typeof value === 'number' || typeof value === 'boolean') return start + String(value);
  if ('verbatim' in value) return start + value.verbatim;
  if (!('flow' in value)) return start + (isMapping(value) ? '{}' : '[]');
  let text = `${start}[`;
  let lineStart = 0;
  for (const [i, item] of value.flow.entries()) {
    if (i > 0) text += ',';
    const isFolded = [...text.slice(lineStart)].length > widest;
    if (isFolded) {
      text += `\n${indent}  `;
      lineStart = text.lastIndexOf('\n') + 1;
    } else if (i > 0) text += ' ';
    text += writeFlowText(item, indent);
  }
  return `${text}]`;
}

/** Single spaces behind the widest column become ends of lines. */
function foldText(text: string, column: number, indent: string): string {
  if (column + text.length <= widest || text.startsWith('|')) return text;
  const isQuoted = text.startsWith('"') || text.startsWith("'");
  const characters = [...text];
  let folded = '';
  let at = column;
  let wasSpace = false;
  for (const [i, character] of characters.entries()) {
    const isEnd = isQuoted && (i <= 1 || i >= characters.length - 2);
    if (character === ' ' && !wasSpace && at > widest && !isEnd) {
      const isNextSpace = characters[i + 1] === ' ';
      if (!isNextSpace || text.startsWith('"')) {
        folded += `\n${indent}  ${isNextSpace ? '\\' : ''}`;
        at = indent.length + 2 + Number(isNextSpace);
        wasSpace = true;
        continue;
      }
    }
    wasSpace = character === ' ';
    folded += character;
    at++;
  }
  return folded;
}

const plainStart = /^[^\s\-?:,[\]{}#&*!|>'"%@`]|^[-?:][^\s]/;

function writeText(text: string, indent: string): string {
  if (text === '' || resolveScalar(text).tag !== '!!str') return JSON.stringify(text);
  if (
    /^[^\n].*\n/su.test(text) &&
    !/[^\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text)
  ) {
    return writeLiteral(text, indent);
  }
  if (/[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text)) return JSON.stringify(text);
  return isPlain(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

function writeFlowText(text: string, indent: string): string {
  return /[,[\]{}]/.test(text) ? `'${text.replaceAll("'", "''")}'` : writeText(text, indent);
}

function isPlain(text: string): boolean {
  return plainStart.test(text) && !/: |:$| #|\s$/.test(text) && !/^(?:---|\.\.\.)/.test(text);
}

function writeLiteral(text: string, indent: string): string {
  const chomp = text.endsWith('\n\n') ? '+' : text.endsWith('\n') ? '' : '-';
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  const inner = `${indent}  `;
  return [`|${chomp}`, ...body.split('\n').map((line) => (line === '' ? '' : inner + line))].join('\n');
}
