import { parseGoFloat } from '../../base/index.js';

/** A clause of an Accept header. */
export interface AcceptClause {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Insertion sort costs the square of the count, and no client lists more. */
const mostClauses = 64;

function trimSpaces(text: string): string {
  return text.replace(/^ +/, '').replace(/(?<! ) +$/, '');
}

/** The clauses of an Accept header, the preferred ones first. Source: munnerz/goautoneg, as client libraries use it. */
export function parseAccept(header: string): AcceptClause[] {
  const clauses: AcceptClause[] = [];
  for (const part of header.split(',', mostClauses)) {
    const clause = parseClause(trimSpaces(part));
    if (clause !== undefined) clauses.push(clause);
  }
  // The order below is no true order (two clauses may each come first), so that the way of sorting shows.
  for (let i = 1; i < clauses.length; i++) {
    for (let j = i; j > 0 && comesBefore(clauses[j] as AcceptClause, clauses[j - 1] as AcceptClause); j--) {
      const clause = clauses[j] as AcceptClause;
      clauses[j] = clauses[j - 1] as AcceptClause;
      clauses[j - 1] = clause;
    }
  }
  return clauses;
}

function comesBefore(a: AcceptClause, b: AcceptClause): boolean {
  if (a.quality > b.quality) return true;
  if (a.type !== '*' && b.type === '*') return true;
  return a.subtype !== '*' && b.subtype === '*';
}

function parseClause(part: string): AcceptClause | undefined {
  const [range = '', ...rest] = part.split(';');
  const [typeText = '', subtypeText = '', ...more] = range.split('/');
  const type = trimSpaces(typeText);
  if (more.some((text) => text !== '') || more.length > 1) return undefined;
  if (subtypeText === '' && more.length === 0 && type !== '*') return undefined;
  const subtype = subtypeText === '' && more.length === 0 ? '*' : trimSpaces(subtypeText);
  const parameters = new Map<string, string>();
  let quality = 1;
  for (const parameter of rest) {
    const [name = '', value = '', ...others] = parameter.split('=');
    const hasValue = value !== '' || others.length > 0;
    if (!hasValue || others.length > 1 || (others[0] ?? '') !== '') continue;
    const key = trimSpaces(name);
    if (key === 'q') quality = parseGoFloat(value) ?? 0;
    else parameters.set(key, trimSpaces(value));
  }
  return { type, subtype, quality, parameters };
}
