/** What a template is made of. */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipe: Pipe; readonly line: number }
  | {
      readonly kind: 'if' | 'range' | 'with';
      readonly pipe: Pipe;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[] | undefined;
      readonly line: number;
    }
  | {
      readonly kind: 'template';
      readonly name: string;
      readonly pipe: Pipe | undefined;
      readonly line: number;
    }
  | { readonly kind: 'break' | 'continue'; readonly line: number };

/** Commands, each of which takes what the one in front answers. */
export interface Pipe {
  /** Variables, with their `$`. */
  readonly variables: readonly string[];
  /** They were declared before. */
  readonly isAssignment: boolean;
  readonly commands: readonly (readonly Operand[])[];
}

export type Operand =
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'dot' | 'nil' }
  | { readonly kind: 'variable'; readonly name: string; readonly fields: readonly string[] }
  | { readonly kind: 'field'; readonly fields: readonly string[] }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string; readonly text: string }
  | { readonly kind: 'pipe'; readonly pipe: Pipe }
  | { readonly kind: 'chain'; readonly of: Operand; readonly fields: readonly string[] };

/** A text with the templates that it defines. */
export interface ParsedTemplate {
  readonly nodes: readonly TemplateNode[];
  readonly defined: ReadonlyMap<string, readonly TemplateNode[]>;
}
