import type { Cursor } from './cursor.js';

/**
 * Where the scan stands. `top` is an expression; `braces` the inside of `{…}`; `bracket` the inside of `[…]`
 * before its first number (what follows that is read as `top`); the others belong to series descriptions:
 * `number` is a number that must stand right here.
 */
export type LexMode = 'top' | 'braces' | 'bracket' | 'values' | 'histogram' | 'buckets' | 'number';

/** What one scan remembers between tokens. */
export interface LexState {
  readonly cursor: Cursor;
  /** The text is a series description. */
  readonly inSeries: boolean;
  parenDepth: number;
  braceOpen: boolean;
  bracketOpen: boolean;
  /** A colon stood in the open bracket. */
  gotColon: boolean;
  gotDuration: boolean;
  /** In a histogram, or just behind one, before the sign of its repetition. */
  histogram: 'none' | 'open' | 'times' | 'add' | 'subtract';
}
