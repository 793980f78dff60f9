/** `bool on(a) group_left(b) fill(0)` behind a binary operator. Source: generated_parser.y (bin_modifier). */
import type { VectorMatching } from '../ast/index.js';
import type { TokenKind } from '../lexer/index.js';
import type { Draft } from './draft.js';
import { parseGroupingLabels } from './grouping-labels.js';
import { parseNumberLiteral } from './literals.js';
import { startsOperand } from './metric-identifier.js';
import type { TokenStream } from './token-stream.js';

export interface BinaryModifiers {
  readonly returnBool: boolean;
  readonly matching: VectorMatching;
}

const plainMatching: VectorMatching = {
  cardinality: 'one-to-one',
  on: false,
  matchingLabels: [],
  include: [],
  fillLeft: undefined,
  fillRight: undefined,
};

/** Most operators have none: they share one value. */
const noModifiers: BinaryModifiers = { returnBool: false, matching: plainMatching };

const modifierKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  ...(['bool', 'on', 'ignoring', 'fill', 'fill_left', 'fill_right'] as const),
]);

export function parseBinaryModifiers(tokens: TokenStream): BinaryModifiers {
  if (!modifierKinds.has(tokens.peek())) return noModifiers;
  const matching: Draft<VectorMatching> = { ...plainMatching };
  const returnBool = tokens.peek() === 'bool';
  if (returnBool) tokens.shift();
  if (tokens.peek() === 'on' || tokens.peek() === 'ignoring') {
    matching.on = tokens.shift().kind === 'on';
    matching.matchingLabels = parseGroupingLabels(tokens);
    parseGroup(tokens, matching);
  }
  parseFill(tokens, matching);
  return { returnBool, matching };
}

function parseGroup(tokens: TokenStream, matching: Draft<VectorMatching>): void {
  const kind = tokens.peek();
  if (kind !== 'group_left' && kind !== 'group_right') return;
  tokens.shift();
  matching.cardinality = kind === 'group_left' ? 'many-to-one' : 'one-to-many';
  // Without labels, the right side follows.
  if (tokens.peek() === '(' || !startsOperand(tokens.peek())) matching.include = parseGroupingLabels(tokens);
}

function parseFill(tokens: TokenStream, matching: Draft<VectorMatching>): void {
  switch (tokens.peek()) {
    case 'fill':
      tokens.shift();
      matching.fillLeft = parseFillValue(tokens);
      matching.fillRight = matching.fillLeft;
      break;
    case 'fill_left':
      tokens.shift();
      matching.fillLeft = parseFillValue(tokens);
      if (tokens.peek() === 'fill_right') {
        tokens.shift();
        matching.fillRight = parseFillValue(tokens);
      }
      break;
    case 'fill_right':
      tokens.shift();
      matching.fillRight = parseFillValue(tokens);
      if (tokens.peek() === 'fill_left') {
        tokens.shift();
        matching.fillLeft = parseFillValue(tokens);
      }
      break;
  }
}

function parseFillValue(tokens: TokenStream): number {
  tokens.expect('(');
  let sign = 1;
  if (tokens.peek() === '+' || tokens.peek() === '-') sign = tokens.shift().kind === '-' ? -1 : 1;
  while (tokens.peek() !== 'number' && tokens.peek() !== 'duration') tokens.reject();
  const { value } = parseNumberLiteral(tokens);
  tokens.expect(')');
  return sign * value;
}
