export * from './byte-writer.js';
export * from './json-body.js';
export * from './json-text.js';
export * from './json-value.js';
export * from './label-texts.js';
export * from './write-result.js';
