import { quoteGo } from '../base/index.js';

export type TokenKind =
  | 'assign'
  | 'bool'
  | 'char'
  | 'character'
  | 'complex'
  | 'declare'
  | 'dot'
  | 'end-of-text'
  | 'error'
  | 'field'
  | 'identifier'
  | 'keyword'
  | 'left-delimiter'
  | 'left-parenthesis'
  | 'nil'
  | 'number'
  | 'pipe'
  | 'raw-string'
  | 'right-delimiter'
  | 'right-parenthesis'
  | 'space'
  | 'string'
  | 'text'
  | 'variable';

export interface Token {
  readonly kind: TokenKind;
  /** As it stands; of an error what is wrong. */
  readonly text: string;
  /** From 1, where it begins. */
  readonly line: number;
}

export const keywords: ReadonlySet<string> = new Set([
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'range',
  'template',
  'with',
]);

const longestShown = 10;

/** As messages name it. Source: Go, text/template/parse (item.String). */
export function describeToken({ kind, text }: Token): string {
  if (kind === 'end-of-text') return 'EOF';
  if (kind === 'error') return text;
  if (kind === 'keyword' || kind === 'dot' || kind === 'nil') return `<${text}>`;
  const characters = [...text];
  if (Buffer.byteLength(text) <= longestShown) return quoteGo(text);
  return `${quoteGo(characters.slice(0, longestShown).join(''))}...`;
}
