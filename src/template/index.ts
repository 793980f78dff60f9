/** The texts of alerts: Go's text/template. */
export type { Operand, ParsedTemplate, Pipe, TemplateNode } from './node.js';
export { parseTemplate, TemplateError } from './parser.js';
