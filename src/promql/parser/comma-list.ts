import type { Token } from '../lexer/index.js';
import type { TokenStream } from './token-stream.js';

/**
 * Items with commas between them, and behind the last one too where it so stands. Returns the closing token,
 * accepted. `context` is what error texts call the list.
 */
export function parseCommaList(
  tokens: TokenStream,
  closing: '}' | ')',
  context: string,
  parseItem: () => void,
): Token {
  while (tokens.peek() !== closing) {
    parseItem();
    while (tokens.peek() !== ',' && tokens.peek() !== closing) {
      if (tokens.rejectHere()) tokens.unexpected(context, `"," or "${closing}"`);
    }
    if (tokens.peek() === ',') tokens.shift();
  }
  return tokens.shift();
}
