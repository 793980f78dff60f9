import type { ParserOptions } from './options.js';
import type { TokenStream } from './token-stream.js';

/** What the parsing functions of one query share. */
export interface ParserContext {
  readonly tokens: TokenStream;
  readonly options: ParserOptions;
  /** Selectors and subqueries with an offset that is not zero, be it less than a millisecond. */
  readonly movedInTime: WeakSet<object>;
}
