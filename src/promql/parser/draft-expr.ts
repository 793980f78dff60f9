import type { Expr } from '../ast/index.js';
import type { Draft } from './draft.js';

/** Any node under construction. */
export type DraftExpr = Draft<Expr>;
