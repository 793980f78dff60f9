import { quoteGo } from '../base/index.js';
import { isLegacyLabelName } from './names.js';
import { compileLabelRegexp, type LabelRegexp } from './regexp/index.js';

export type MatchType = '=' | '!=' | '=~' | '!~';

/** One condition on a label. An absent label has the value "". */
export class Matcher {
  readonly type: MatchType;
  readonly name: string;
  readonly value: string;
  readonly regexp: LabelRegexp | undefined;

  /** Throws `RegexpSyntaxError` with Go's text when a regular expression does not parse. */
  constructor(type: MatchType, name: string, value: string) {
    this.type = type;
    this.name = name;
    this.value = value;
    this.regexp = type === '=~' || type === '!~' ? compileLabelRegexp(value) : undefined;
  }

  matches(value: string): boolean {
    switch (this.type) {
      case '=':
        return value === this.value;
      case '!=':
        return value !== this.value;
      case '=~':
        return this.regexp?.test(value) === true;
      case '!~':
        return this.regexp?.test(value) === false;
    }
  }

  /** Whether a series without the label passes. */
  get matchesEmpty(): boolean {
    return this.matches('');
  }

  /** The condition turned round. */
  inverse(): Matcher {
    const inverted = { '=': '!=', '!=': '=', '=~': '!~', '!~': '=~' } as const;
    return new Matcher(inverted[this.type], this.name, this.value);
  }

  toString(): string {
    const name = isLegacyLabelName(this.name) ? this.name : quoteGo(this.name);
    return `${name}${this.type}${quoteGo(this.value)}`;
  }
}
