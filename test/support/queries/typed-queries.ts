/** Random queries in the whole grammar that mean something on the series of `query-data.ts`: few of them are errors. */
import type { Random } from '../../../src/base/index.js';
import { functionSignatures } from '../../../src/promql/parser/index.js';

/** Labels that tell the series of a vector apart, besides the name; undefined where that is not known. */
type Keys = readonly string[] | undefined;

interface Vector {
  readonly text: string;
  readonly keys: Keys;
}

const target = ['instance', 'job'];
const floatMetrics: readonly (readonly [name: string, keys: readonly string[]])[] = [
  ['requests_total', ['code', ...target]],
  ['temp_celsius', target],
  ['odd', target],
  ['lat_bucket', [...target, 'le']],
  ['lat_sum', target],
  ['lat_count', target],
  ['target_info', [...target]],
  ['lonely', []],
  ['absent_metric', target],
];
const histogramMetrics = ['h_exp', 'h_schemas', 'h_gauge', 'h_custom', 'h_any', 'mixed'];

/** Whose arguments or answers need more than their types say. */
const special = new Set([
  ...['label_replace', 'label_join', 'sort_by_label', 'sort_by_label_desc', 'histogram_quantiles', 'info'],
  ...['absent', 'absent_over_time', 'vector', 'scalar', 'start', 'end', 'step', 'range', 'time', 'pi'],
  ...['max_of', 'min_of', 'double_exponential_smoothing', 'quantile_over_time'],
]);
const generic = [...functionSignatures.values()].filter(({ name }) => !special.has(name));
const ofVectors = generic.filter(({ argTypes }) => argTypes.includes('vector'));
const ofMatrices = generic.filter(({ argTypes }) => argTypes.includes('matrix'));
const ofHistograms = [
  ...['histogram_avg', 'histogram_count', 'histogram_sum', 'histogram_stddev', 'histogram_stdvar'],
  ...['histogram_fraction', 'histogram_quantile', 'timestamp', 'start_timestamp'],
];
const dates = /^(?:day_|days_|hour|minute|month|year)/;

export class TypedQueries {
  readonly #random: Random;
  readonly #histograms: boolean;

  /** `histograms`: half of the leaves and more are native histograms or mixed series. */
  constructor(random: Random, histograms: boolean) {
    this.#random = random;
    this.#histograms = histograms;
  }

  query(): string {
    const sort = this.#random.float();
    if (sort < 0.05) return this.#scalar(3);
    if (sort < 0.06) return this.#pick('"text"', `'a\\tb'`, '`raw`', '("é")');
    return this.#vector(1 + this.#below(4)).text;
  }

  #below(limit: number): number {
    return Math.floor(this.#random.float() * limit);
  }

  #chance(part: number): boolean {
    return this.#random.float() < part;
  }

  #pick<T>(...items: readonly T[]): T {
    return items[this.#below(items.length)] as T;
  }

  #vector(depth: number): Vector {
    if (depth <= 0) return this.#selector();
    return this.#pick(
      () => this.#selector(),
      () => this.#ofMatrix(depth - 1),
      () => this.#ofMatrix(depth - 1),
      () => this.#ofVector(depth - 1),
      () => this.#aggregation(depth - 1),
      () => this.#aggregation(depth - 1),
      () => this.#binary(depth - 1),
      () => this.#binary(depth - 1),
      () => this.#withScalar(depth - 1),
      () => this.#rare(depth - 1),
    )();
  }

  #metric(): { name: string; keys: readonly string[] } {
    if (this.#chance(this.#histograms ? 0.75 : 0.05)) {
      return { name: this.#pick(...histogramMetrics), keys: target };
    }
    const [name, keys] = this.#pick(...floatMetrics);
    return { name, keys };
  }

  #selectorText(): Vector {
    const { name, keys } = this.#metric();
    const matchers = this.#pick(
      ...[
        '',
        '',
        '',
        '{job="api"}',
        '{instance!="a"}',
        '{instance=~"a|b"}',
        '{job!~"n.*"}',
        '{job=~".+",instance="a"}',
      ],
    );
    const text = this.#chance(0.1)
      ? `{__name__="${name}"${matchers === '' ? '' : `,${matchers.slice(1, -1)}`}}`
      : name + matchers;
    return { text, keys };
  }

  #timeModifiers(): string {
    const offset = this.#pick('offset 1m', 'offset -2m', 'offset 90', 'offset (2 * 30s)', 'offset step()');
    const at = this.#pick('@ 1767229200', '@ start()', '@ end()', '@ 1767227400.5');
    const parts = [...(this.#chance(0.15) ? [offset] : []), ...(this.#chance(0.08) ? [at] : [])];
    return parts.map((part) => ` ${part}`).join('');
  }

  #selector(): Vector {
    const { text, keys } = this.#selectorText();
    const extension = this.#chance(0.03) ? ' smoothed' : '';
    return { text: text + extension + this.#timeModifiers(), keys };
  }

  #range(): string {
    return this.#pick(
      ...[
        '1m',
        '2m',
        '5m',
        '10m',
        '47s',
        '1h',
        '300',
        '2 * 1m',
        'max_of(2m, step())',
        '5m - 30s',
        '(1m + 1m)',
      ],
    );
  }

  /** A range vector for `func`. */
  #matrix(depth: number, func: string): Vector {
    if (depth > 0 && this.#chance(0.25)) {
      const { text, keys } = this.#vector(depth - 1);
      const step = this.#pick('', '', '30s', '1m', '75');
      return { text: `(${text})[${this.#pick('5m', '10m', '3m')}:${step}]${this.#timeModifiers()}`, keys };
    }
    const { text, keys } = this.#selectorText();
    const mayBeSmoothed = ['rate', 'increase', 'delta'].includes(func);
    const mayBeAnchored = mayBeSmoothed || ['resets', 'changes'].includes(func);
    const extension =
      mayBeAnchored && this.#chance(0.2)
        ? this.#pick(' anchored', mayBeSmoothed ? ' smoothed' : ' anchored')
        : '';
    return { text: `${text}[${this.#range()}]${extension}${this.#timeModifiers()}`, keys };
  }

  #ofMatrix(depth: number): Vector {
    const { name, argTypes } = this.#pick(...ofMatrices);
    const more = this.#pick('quantile_over_time', 'double_exponential_smoothing', '', '', '', '', '', '');
    if (more === 'quantile_over_time') {
      const { text, keys } = this.#matrix(depth, more);
      return { text: `${more}(${this.#quantile()}, ${text})`, keys };
    }
    if (more !== '') {
      const { text, keys } = this.#matrix(depth, more);
      return { text: `${more}(${text}, 0.${1 + this.#below(9)}, 0.${1 + this.#below(9)})`, keys };
    }
    const { text, keys } = this.#matrix(depth, name);
    const args = argTypes.map((type) => (type === 'matrix' ? text : this.#scalar(0)));
    return { text: `${name}(${args.join(', ')})`, keys };
  }

  #quantile(): string {
    return this.#pick('0.5', '0.9', '0', '1', '0.99', '1.5', '-1', 'NaN', 'scalar(lonely) / 100');
  }

  #ofVector(depth: number): Vector {
    const chosen = this.#pick(...ofVectors);
    const name = this.#histograms && this.#chance(0.5) ? this.#pick(...ofHistograms) : chosen.name;
    const { argTypes, variadic } = functionSignatures.get(name) as typeof chosen;
    const { text, keys } = this.#vector(depth);
    // A classic histogram's quantile has no bucket label.
    const left = /^histogram_(?:quantile|fraction)/.test(name) ? keys?.filter((key) => key !== 'le') : keys;
    if (dates.test(name) && this.#chance(0.1)) return { text: `${name}()`, keys: [] };
    const count =
      variadic > 0 && this.#chance(0.5) && !dates.test(name) ? argTypes.length - 1 : argTypes.length;
    const args = argTypes.slice(0, count).map((type) => {
      if (type === 'vector') return text;
      return name === 'histogram_quantile' ? this.#quantile() : this.#scalar(0);
    });
    return { text: `${name}(${args.join(', ')})`, keys: left };
  }

  #number(): string {
    return this.#pick(
      '0',
      '1',
      '2',
      '0.5',
      '-1',
      '3.7',
      '100',
      '1e3',
      '0x1F',
      '5m',
      'Inf',
      '-Inf',
      'NaN',
      '1_000',
      '.5',
    );
  }

  #scalar(depth: number): string {
    if (depth <= 0) return this.#number();
    const inner = (): string => this.#scalar(depth - 1);
    return this.#pick(
      () => this.#number(),
      () => `(${inner()})`,
      () => `-(${inner()})`,
      () => `(${inner()} ${this.#pick('+', '-', '*', '/', '%', '^', 'atan2')} ${inner()})`,
      () => `(${inner()} ${this.#pick('<', '>', '==', '!=', '<=', '>=')} bool ${inner()})`,
      () => `scalar(${this.#vector(depth - 1).text})`,
      () => this.#pick('time()', 'pi()', 'step()', 'range()', 'start()', 'end()'),
      () => `${this.#pick('max_of', 'min_of')}(${inner()}, ${inner()})`,
    )();
  }

  #aggregation(depth: number): Vector {
    const { text, keys } = this.#vector(depth);
    const op = this.#pick(
      ...['sum', 'avg', 'count', 'min', 'max', 'group', 'stddev', 'stdvar', 'sum', 'avg'],
      ...['topk', 'bottomk', 'quantile', 'count_values', 'limitk', 'limit_ratio'],
    );
    const [clause, kept] = this.#grouping(keys);
    const param: Readonly<Record<string, () => string>> = {
      topk: () => this.#pick('1', '2', '3', 'scalar(lonely)', '0'),
      bottomk: () => this.#pick('1', '2', '5'),
      limitk: () => this.#pick('1', '2', '4'),
      limit_ratio: () => this.#pick('0.5', '-0.5', '0.3', '1', '-1'),
      quantile: () => this.#quantile(),
      count_values: () => this.#pick('"value"', '"v2"'),
    };
    const first = param[op] === undefined ? '' : `${(param[op] as () => string)()}, `;
    const keepsSeries = ['topk', 'bottomk', 'limitk', 'limit_ratio'].includes(op);
    const left = keepsSeries ? keys : op === 'count_values' ? undefined : kept;
    const body = `(${first}${text})`;
    return { text: this.#chance(0.5) ? `${op}${clause}${body}` : `${op}${body}${clause}`, keys: left };
  }

  #grouping(keys: Keys): readonly [clause: string, kept: Keys] {
    const label = this.#pick('job', 'instance', 'code', 'le', 'none');
    return this.#pick<() => readonly [string, Keys]>(
      () => ['', []],
      () => [' by (job)', ['job']],
      () => [' by (job, instance)', target],
      () => [' by ()', []],
      () => [` without (${label})`, keys?.filter((key) => key !== label)],
      () => [' without ()', keys],
    )();
  }

  #binary(depth: number): Vector {
    const left = this.#vector(depth);
    const right = this.#chance(0.3) ? this.#sameKeys(left) : this.#vector(depth);
    const set = this.#chance(0.2);
    const op = set
      ? this.#pick('and', 'or', 'unless')
      : this.#pick(
          '+',
          '-',
          '*',
          '/',
          '%',
          '^',
          'atan2',
          '==',
          '!=',
          '<',
          '>',
          '<=',
          '>=',
          '+',
          '-',
          '*',
          '/',
        );
    const bool = !set && /[=<>]/.test(op) && this.#chance(0.4) ? ' bool' : '';
    if (set) {
      const on = this.#pick('', '', ' on (job)', ' ignoring (code)', ' on ()');
      return { text: `(${left.text} ${op}${on} ${right.text})`, keys: op === 'or' ? undefined : left.keys };
    }
    const matching = this.#matching(left.keys, right.keys);
    if (matching === undefined) return this.#aggregated(left, op, right, bool);
    const fill =
      matching.keys !== undefined && !matching.isGrouped && this.#chance(0.1)
        ? this.#pick(' fill (0)', ' fill_left (1)', ' fill_right (NaN)')
        : '';
    return {
      text: `(${left.text} ${op}${bool}${matching.clause}${fill} ${right.text})`,
      keys: matching.keys,
    };
  }

  #sameKeys({ text, keys }: Vector): Vector {
    return this.#chance(0.5) ? { text, keys } : { text: `abs(${text})`, keys };
  }

  #aggregated(left: Vector, op: string, right: Vector, bool: string): Vector {
    const clause = this.#pick(' by (job)', ' by (job, instance)', '');
    const keys = clause === '' ? [] : clause === ' by (job)' ? ['job'] : target;
    return { text: `(sum${clause} (${left.text}) ${op}${bool} avg${clause} (${right.text}))`, keys };
  }

  #matching(
    left: Keys,
    right: Keys,
  ): { readonly clause: string; readonly keys: Keys; readonly isGrouped: boolean } | undefined {
    if (left === undefined || right === undefined) return undefined;
    const isIn = (some: readonly string[], all: readonly string[]): boolean =>
      some.every((key) => all.includes(key));
    const on = (keys: readonly string[]): string => ` on (${keys.join(', ')})`;
    if (isIn(left, right) && isIn(right, left)) {
      return { clause: this.#pick('', '', on(left), ' ignoring (extra)'), keys: left, isGrouped: false };
    }
    if (isIn(right, left))
      return { clause: `${on(right)} group_left${this.#pick('', ' ()')}`, keys: left, isGrouped: true };
    if (isIn(left, right)) return { clause: `${on(left)} group_right`, keys: right, isGrouped: true };
    return undefined;
  }

  #withScalar(depth: number): Vector {
    const { text, keys } = this.#vector(depth);
    const scalar = this.#scalar(this.#below(2));
    const trim = this.#histograms && this.#chance(0.25);
    const op = trim
      ? this.#pick('</', '>/')
      : this.#pick('+', '-', '*', '/', '%', '^', '==', '!=', '<', '>', '<=', '>=', 'atan2', '*', '/');
    const bool = !trim && /[=<>]/.test(op) && this.#chance(0.4) ? ' bool' : '';
    const isFirst = !trim && this.#chance(0.3);
    return { text: isFirst ? `(${scalar} ${op}${bool} ${text})` : `(${text} ${op}${bool} ${scalar})`, keys };
  }

  #rare(depth: number): Vector {
    const { text, keys } = this.#vector(depth);
    return this.#pick<() => Vector>(
      () => ({ text: `-(${text})`, keys }),
      () => ({ text: `+${text}`, keys }),
      () => ({ text: `(${text})`, keys }),
      () => ({ text: `label_replace(${text}, "extra", "$1-x", "job", "(.*)")`, keys }),
      () => ({ text: `label_join(${text}, "extra", "-", "job", "instance")`, keys }),
      () => ({ text: `sort_by_label(${text}, "instance", "job")`, keys }),
      () => ({ text: `sort_by_label_desc(${text}, "job")`, keys }),
      () => ({ text: `histogram_quantiles(${text}, "q", 0.1, 0.9)`, keys: undefined }),
      () => ({
        text: `info(${this.#selectorText().text}${this.#pick('', ', {version=~".+"}', ', {env="prod"}')})`,
        keys: undefined,
      }),
      () => ({ text: `absent(${text})`, keys: undefined }),
      () => ({ text: `absent_over_time(${this.#matrix(0, 'absent_over_time').text})`, keys: undefined }),
      () => ({ text: `vector(${this.#scalar(2)})`, keys: [] }),
    )();
  }
}
