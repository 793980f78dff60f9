import { ColumnEngine, type Engine, type EngineSettings } from './engine/index.js';
import { functionTable } from './functions/index.js';
import { type ParserOptions, parseExpr } from './parser/index.js';

export interface EngineOptions extends EngineSettings {
  readonly parserOptions?: ParserOptions;
}

export function createEngine(options: EngineOptions): Engine {
  const { parserOptions } = options;
  return new ColumnEngine(options, functionTable(), (text) => parseExpr(text, parserOptions));
}
