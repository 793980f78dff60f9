import { compareUtf8 } from '../base/index.js';
import type { LabelIds, SymbolTable } from './symbols.js';

/** Label order (that of Labels.compare) of two label sets of one symbol table. */
export function compareLabelIds(symbols: SymbolTable, a: LabelIds, b: LabelIds): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] === b[i]) continue;
    return compareUtf8(symbols.text(a[i] as number), symbols.text(b[i] as number));
  }
  return a.length - b.length;
}
