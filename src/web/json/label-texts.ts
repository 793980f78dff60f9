import type { LabelIds, SymbolTable } from '../../storage/index.js';
import { jsonLabelString } from './json-text.js';

/** Label sets as JSON; every symbol is escaped once. */
export class LabelTexts {
  readonly #symbols: SymbolTable;
  readonly #escaped: (string | undefined)[] = [];

  constructor(symbols: SymbolTable) {
    this.#symbols = symbols;
  }

  text(labels: LabelIds): string {
    let text = '{';
    for (let i = 0; i < labels.length; i += 2) {
      if (i > 0) text += ',';
      text += `${this.#symbol(labels[i] as number)}:${this.#symbol(labels[i + 1] as number)}`;
    }
    return `${text}}`;
  }

  #symbol(id: number): string {
    let text = this.#escaped[id];
    if (text === undefined) {
      text = jsonLabelString(this.#symbols.text(id));
      this.#escaped[id] = text;
    }
    return text;
  }
}
