export { type AnswerSeries, answerRows } from './answer-rows.js';
export * from './ast/index.js';
export { createEngine, type EngineOptions } from './create-engine.js';
export type { Engine, InstantRequest, RangeRequest } from './engine/index.js';
export * from './errors.js';
export { lex, type Token, type TokenKind } from './lexer/index.js';
export * from './parser/index.js';
export * from './printer/index.js';
export * from './value.js';
