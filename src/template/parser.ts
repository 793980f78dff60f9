import { quoteGo, unquoteGo } from '../base/index.js';
import { functionNames } from './function-names.js';
import { Lexer } from './lexer.js';
import type { Operand, ParsedTemplate, Pipe, TemplateNode } from './node.js';
import { characterProblem, numberProblem } from './number.js';
import { describeToken, type Token, type TokenKind } from './token.js';

/** A text that is no template; the message is Go's. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** Parentheses within parentheses. */
const mostDepth = 10_000;

const operandKinds: ReadonlySet<TokenKind> = new Set([
  'bool',
  'character',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'raw-string',
  'string',
  'variable',
  'left-parenthesis',
]);

/** How a list of nodes ended. */
type Ending = 'end' | 'else';

/** Throws `TemplateError`. `name` is what messages call the text. Source: Go, text/template/parse/parse.go. */
export function parseTemplate(name: string, text: string): ParsedTemplate {
  return new Parser(name, text).parse();
}

class Parser {
  readonly #name: string;
  readonly #lexer: Lexer;
  /** Read ahead, the next one last. */
  readonly #ahead: Token[] = [];
  readonly #defined = new Map<string, readonly TemplateNode[]>();
  #variables = ['$'];
  /** Of the furthest token that was read. */
  #line = 1;
  #actionLine = 0;
  #rangeDepth = 0;
  #depth = 0;

  constructor(name: string, text: string) {
    this.#name = name;
    this.#lexer = new Lexer(text);
  }

  parse(): ParsedTemplate {
    const nodes: TemplateNode[] = [];
    while (this.#peek().kind !== 'end-of-text') {
      if (this.#peek().kind === 'left-delimiter') {
        const delimiter = this.#next();
        const token = this.#nextNonSpace();
        if (token.kind === 'keyword' && token.text === 'define') {
          this.#definition();
          continue;
        }
        this.#ahead.push(token, delimiter);
      }
      const node = this.#textOrAction();
      if (typeof node === 'string') this.#fail(`unexpected {{${node}}}`);
      nodes.push(node);
    }
    return { nodes, defined: this.#defined };
  }

  #fail(message: string): never {
    throw new TemplateError(`template: ${this.#name}:${this.#line}: ${message}`);
  }

  #unexpected(token: Token, context: string): never {
    if (token.kind === 'error') {
      const isElsewhere = this.#actionLine !== 0 && this.#actionLine !== token.line;
      const started = ` in action started at ${this.#name}:${this.#actionLine}`;
      const extra = token.text.endsWith(' action') ? started.slice(' in action'.length) : started;
      this.#fail(describeToken(token) + (isElsewhere ? extra : ''));
    }
    this.#fail(`unexpected ${describeToken(token)} in ${context}`);
  }

  #next(): Token {
    const known = this.#ahead.pop();
    if (known !== undefined) return known;
    const token = this.#lexer.next();
    this.#line = token.line;
    return token;
  }

  #peek(): Token {
    const token = this.#next();
    this.#ahead.push(token);
    return token;
  }

  #nextNonSpace(): Token {
    let token = this.#next();
    while (token.kind === 'space') token = this.#next();
    return token;
  }

  #peekNonSpace(): Token {
    const token = this.#nextNonSpace();
    this.#ahead.push(token);
    return token;
  }

  #expect(kind: TokenKind, context: string): Token {
    const token = this.#nextNonSpace();
    if (token.kind !== kind) this.#unexpected(token, context);
    return token;
  }

  #isKeyword(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'keyword' && token.text === text;
  }

  #define(name: string, nodes: readonly TemplateNode[]): void {
    const before = this.#defined.get(name);
    const isEmpty = (given: readonly TemplateNode[]): boolean =>
      given.every((node) => node.kind === 'text' && node.text.trim() === '');
    if (before === undefined || isEmpty(before)) this.#defined.set(name, nodes);
    else if (!isEmpty(nodes)) this.#fail(`template: multiple definition of template ${quoteGo(name)}`);
  }

  /** Nodes with variables of their own, up to an {{end}}. */
  #named(name: string, context: string): void {
    const variables = this.#variables;
    const rangeDepth = this.#rangeDepth;
    this.#variables = ['$'];
    this.#rangeDepth = 0;
    const { nodes, ending } = this.#list();
    if (ending !== 'end') this.#fail(`unexpected {{${ending}}} in ${context}`);
    this.#variables = variables;
    this.#rangeDepth = rangeDepth;
    this.#define(name, nodes);
  }

  #definition(): void {
    const context = 'define clause';
    const name = this.#stringOf(this.#nextNonSpace(), context);
    this.#expect('right-delimiter', context);
    this.#named(name, context);
  }

  #stringOf(token: Token, context: string): string {
    if (token.kind !== 'string' && token.kind !== 'raw-string') this.#unexpected(token, context);
    return unquoteGo(token.text) ?? this.#fail('invalid syntax');
  }

  #list(): { nodes: readonly TemplateNode[]; ending: Ending } {
    const nodes: TemplateNode[] = [];
    while (this.#peekNonSpace().kind !== 'end-of-text') {
      const node = this.#textOrAction();
      if (typeof node === 'string') return { nodes, ending: node };
      nodes.push(node);
    }
    this.#fail('unexpected EOF');
  }

  #textOrAction(): TemplateNode | Ending {
    const token = this.#nextNonSpace();
    if (token.kind === 'text') return { kind: 'text', text: token.text };
    if (token.kind !== 'left-delimiter') this.#unexpected(token, 'input');
    this.#actionLine = token.line;
    const node = this.#action();
    this.#actionLine = 0;
    return node;
  }

  #action(): TemplateNode | Ending {
    const token = this.#nextNonSpace();
    if (token.kind !== 'keyword' || token.text === 'define') {
      this.#ahead.push(token);
      const { line } = this.#peek();
      return { kind: 'action', line, pipe: this.#pipe('command', 'right-delimiter') };
    }
    switch (token.text) {
      case 'block':
        return this.#block();
      case 'break':
      case 'continue':
        return this.#leave(token.text, token.line);
      case 'else': {
        const next = this.#peekNonSpace();
        const isChained = next.kind === 'keyword' && (next.text === 'if' || next.text === 'with');
        if (!isChained) this.#expect('right-delimiter', 'else');
        return 'else';
      }
      case 'end':
        this.#expect('right-delimiter', 'end');
        return 'end';
      case 'template':
        return this.#template();
      default:
        return this.#control(token.text as 'if' | 'range' | 'with');
    }
  }

  #leave(kind: 'break' | 'continue', line: number): TemplateNode {
    const token = this.#nextNonSpace();
    if (token.kind !== 'right-delimiter') this.#unexpected(token, `{{${kind}}}`);
    if (this.#rangeDepth === 0) this.#fail(`{{${kind}}} outside {{range}}`);
    return { kind, line };
  }

  #control(kind: 'if' | 'range' | 'with'): TemplateNode {
    const variableCount = this.#variables.length;
    const { line } = this.#peekNonSpace();
    const pipe = this.#pipe(kind, 'right-delimiter');
    if (kind === 'range') this.#rangeDepth++;
    const { nodes: body, ending } = this.#list();
    if (kind === 'range') this.#rangeDepth--;
    const otherwise = ending === 'else' ? this.#otherwise(kind) : undefined;
    this.#variables.length = variableCount;
    return { kind, pipe, body, otherwise, line };
  }

  #otherwise(kind: 'if' | 'range' | 'with'): readonly TemplateNode[] {
    if (kind !== 'range' && this.#isKeyword(kind)) {
      this.#next();
      return [this.#control(kind)];
    }
    const { nodes, ending } = this.#list();
    if (ending !== 'end') this.#fail(`expected end; found {{${ending}}}`);
    return nodes;
  }

  #block(): TemplateNode {
    const context = 'block clause';
    const token = this.#nextNonSpace();
    const name = this.#stringOf(token, context);
    const pipe = this.#pipe(context, 'right-delimiter');
    this.#named(name, context);
    return { kind: 'template', name, pipe, line: token.line };
  }

  #template(): TemplateNode {
    const context = 'template clause';
    const token = this.#nextNonSpace();
    const name = this.#stringOf(token, context);
    const next = this.#nextNonSpace();
    if (next.kind === 'right-delimiter') return { kind: 'template', name, pipe: undefined, line: token.line };
    this.#ahead.push(next);
    return { kind: 'template', name, pipe: this.#pipe(context, 'right-delimiter'), line: token.line };
  }

  #pipe(context: string, end: 'right-delimiter' | 'right-parenthesis'): Pipe {
    const { variables, isAssignment } = this.#declarations(context);
    const commands: (readonly Operand[])[] = [];
    for (;;) {
      const token = this.#nextNonSpace();
      if (token.kind === end) break;
      if (!operandKinds.has(token.kind)) this.#unexpected(token, context);
      this.#ahead.push(token);
      commands.push(this.#command());
    }
    if (commands.length === 0) this.#fail(`missing value for ${context}`);
    for (const [i, [first]] of commands.entries()) {
      const isValue = /^(?:bool|dot|nil|number|string)$/.test(first?.kind ?? '');
      if (i > 0 && isValue) this.#fail(`non executable command in pipeline stage ${i + 1}`);
    }
    return { variables, isAssignment, commands };
  }

  #declarations(context: string): { variables: string[]; isAssignment: boolean } {
    const variables: string[] = [];
    for (;;) {
      const variable = this.#peekNonSpace();
      if (variable.kind !== 'variable') return { variables, isAssignment: false };
      this.#next();
      const behind = this.#peek();
      const next = this.#peekNonSpace();
      if (next.kind === 'assign' || next.kind === 'declare') {
        this.#nextNonSpace();
        variables.push(variable.text);
        this.#variables.push(variable.text);
        return { variables, isAssignment: next.kind === 'assign' };
      }
      if (next.kind !== 'char' || next.text !== ',') {
        if (behind.kind === 'space') this.#ahead.push(behind);
        this.#ahead.push(variable);
        return { variables, isAssignment: false };
      }
      this.#nextNonSpace();
      variables.push(variable.text);
      this.#variables.push(variable.text);
      if (context !== 'range' || variables.length >= 2) this.#fail(`too many declarations in ${context}`);
      const { kind } = this.#peekNonSpace();
      if (kind !== 'variable' && kind !== 'right-delimiter' && kind !== 'right-parenthesis')
        this.#fail('range can only initialize variables');
    }
  }

  #command(): readonly Operand[] {
    const operands: Operand[] = [];
    for (;;) {
      this.#peekNonSpace();
      const operand = this.#operand();
      if (operand !== undefined) operands.push(operand);
      const token = this.#next();
      if (token.kind === 'space') continue;
      if (token.kind === 'right-delimiter' || token.kind === 'right-parenthesis') this.#ahead.push(token);
      else if (token.kind !== 'pipe') this.#unexpected(token, 'operand');
      break;
    }
    if (operands.length === 0) this.#fail('empty command');
    return operands;
  }

  #operand(): Operand | undefined {
    const term = this.#term();
    if (term === undefined || this.#peek().kind !== 'field') return term;
    const fields: string[] = [];
    while (this.#peek().kind === 'field') fields.push(this.#next().text.slice(1));
    switch (term.kind) {
      case 'field':
      case 'variable':
        return { ...term, fields: [...term.fields, ...fields] };
      case 'function':
      case 'pipe':
      case 'chain':
        return { kind: 'chain', of: term, fields };
      default:
        this.#fail(`unexpected . after term ${quoteGo(textOf(term))}`);
    }
  }

  #term(): Operand | undefined {
    const token = this.#nextNonSpace();
    const { kind, text } = token;
    switch (kind) {
      case 'identifier':
        if (!functionNames.has(text)) this.#fail(`function ${quoteGo(text)} not defined`);
        return { kind: 'function', name: text };
      case 'dot':
      case 'nil':
        return { kind };
      case 'variable':
        if (!this.#variables.includes(text)) this.#fail(`undefined variable ${quoteGo(text)}`);
        return { kind, name: text, fields: [] };
      case 'field':
        return { kind, fields: [text.slice(1)] };
      case 'bool':
        return { kind, value: text === 'true' };
      case 'character':
      case 'number':
      case 'complex': {
        const problem =
          kind === 'character' ? characterProblem(text) : kind === 'number' ? numberProblem(text) : undefined;
        if (problem !== undefined) this.#fail(problem);
        return { kind: 'number', text };
      }
      case 'left-parenthesis':
        return this.#parenthesized();
      case 'string':
      case 'raw-string':
        return { kind: 'string', value: this.#stringOf(token, ''), text };
      default:
        this.#ahead.push(token);
        return undefined;
    }
  }

  #parenthesized(): Operand {
    if (this.#depth >= mostDepth) this.#fail('max expression depth exceeded');
    this.#depth++;
    const pipe = this.#pipe('parenthesized pipeline', 'right-parenthesis');
    this.#depth--;
    return { kind: 'pipe', pipe };
  }
}

function textOf(operand: Operand): string {
  switch (operand.kind) {
    case 'bool':
      return String(operand.value);
    case 'number':
    case 'string':
      return operand.text;
    case 'nil':
      return 'nil';
    default:
      return '.';
  }
}
