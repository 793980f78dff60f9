export * from './lexer.js';
export * from './source-text.js';
export * from './token.js';
