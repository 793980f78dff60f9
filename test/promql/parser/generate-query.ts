/** Random queries that parse, with every part of the grammar. */
import type { Random } from '../../../src/base/index.js';

export class QueryGenerator {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  #pick<T>(...items: readonly T[]): T {
    return items[Math.floor(this.#random.float() * items.length)] as T;
  }

  #maybe(text: string): string {
    return this.#random.float() < 0.3 ? text : '';
  }

  query(): string {
    return this.#pick(
      () => this.vector(4),
      () => this.scalar(3),
      () => this.#matrix(3),
    )();
  }

  vector(depth: number): string {
    if (depth <= 0) return this.#selector();
    return this.#pick(
      () => this.#selector() + this.#modifiers(),
      () => `(${this.vector(depth - 1)})`,
      () => `${this.#pick('-', '+')}${this.vector(depth - 1)}`,
      () => this.#binary(depth - 1),
      () => this.#aggregation(depth - 1),
      () => this.#call(depth - 1),
    )();
  }

  scalar(depth: number): string {
    if (depth <= 0) return this.#number();
    const inner = (): string => this.scalar(depth - 1);
    return this.#pick(
      () => this.#number(),
      () => `(${inner()})`,
      () => `${inner()} ${this.#pick('+', '-', '*', '/', '%', '^', 'atan2')} ${inner()}`,
      () => `${inner()} ${this.#pick('<', '==', '>=')} bool ${inner()}`,
      () => `scalar(${this.vector(depth - 1)})`,
      () => this.#pick('time()', 'pi()', 'step()', 'range()', 'start()', `min_of(${inner()}, ${inner()})`),
    )();
  }

  #number(): string {
    return this.#pick(
      '1',
      '0',
      '1.5',
      '.5',
      '1e3',
      '0x1F',
      '017',
      '1_000',
      '5m',
      '1h30m',
      '-1',
      '(Inf)',
      '(-inf)',
      'NaN',
    );
  }

  #label(): string {
    return this.#pick('job', 'instance', 'by', 'offset', 'le', '"a.b"', '"é"', 'sum', '__x__');
  }

  #labels(): string {
    return this.#pick('()', `(${this.#label()})`, `(${this.#label()}, ${this.#label()},)`);
  }

  #selector(): string {
    const name = this.#pick('foo', 'foo:bar:rate5m', 'sum', 'start', 'fill', 'offset', 'min_of', 'unless');
    return this.#pick(name, name, `${name}{${this.#matchers()}}`, `{"a.metric", ${this.#matchers()}}`);
  }

  #matchers(): string {
    const value = (): string => this.#pick('"x"', "'it\\'s'", '`raw\\d`', '"\\u00e9\\n"', '"a.*|b"', '""');
    const one = (): string =>
      `${this.#pick('a', 'b', 'on', '"c d"')}${this.#pick('=', '!=', '=~', '!~')}${value()}`;
    return this.#pick(one(), `${one()},`, `${one()}, ${one()}`);
  }

  #offset(): string {
    const plain = ['5m', '-5m', '300', '+1.5', 'step()', '-range()'];
    return ` offset ${this.#pick(...plain, '-(2 * 1m)', '-min_of(1m, 5m)')}`;
  }

  #at(): string {
    return ` @ ${this.#pick('1234', '-1.5', 'start()', 'end()')}`;
  }

  #modifiers(): string {
    const parts = [
      this.#maybe(this.#offset()),
      this.#maybe(this.#at()),
      this.#maybe(this.#pick(' anchored', ' smoothed')),
    ];
    return this.#random.float() < 0.5 ? parts.join('') : parts.toReversed().join('');
  }

  #duration(): string {
    return this.#pick(
      ...[
        '5m',
        '1y2w3d4h5m6s7ms',
        '300',
        '1.5',
        '5m + 30s',
        '2 * step()',
        '(1h - 5m) / 2',
        '2 ^ 3 ^ 2',
        '-(-5m)',
      ],
      ...['max_of(5m, step() * 4)', '1h % 7m', 'range() - -1m', '(step())'],
    );
  }

  #matrix(depth: number): string {
    const range = this.#duration();
    if (depth <= 0 || this.#random.float() < 0.5) return `${this.#selector()}[${range}]${this.#modifiers()}`;
    const step = this.#pick('', '1m', 'step() + 1m');
    // In front of an operator this offset would go on: `offset (1h) + 5m`.
    const timed = this.#maybe(this.#offset()) + this.#maybe(this.#at()) || this.#maybe(' offset (1h - 5m)');
    // Upstream wants a number before the colon.
    const numbered = /\d/.test(range) ? range : `${range} + 1`;
    return `(${this.vector(depth - 1)})[${numbered}:${step}]${timed}`;
  }

  #binary(depth: number): string {
    const sides = (op: string, modifiers: string): string =>
      `${this.vector(depth)} ${op} ${modifiers}${this.vector(depth)}`;
    const labels = `${this.#pick('on', 'ignoring')}${this.#labels()} `;
    const group = `ignoring${this.#labels()} ${this.#pick('group_left', 'group_right')} ${this.#labels()} `;
    const fill = this.#pick('fill(0) ', 'fill_left(-1.5) ', 'fill_right(1) fill_left(2) ', 'fill(NaN) ');
    const arithmetic = this.#pick('+', '-', '*', '/', '%', '^', 'atan2', '</', '>/');
    const comparison = this.#pick('==', '!=', '<', '>', '<=', '>=');
    return this.#pick(
      () => sides(arithmetic, ''),
      () => sides(arithmetic, labels + this.#maybe(fill)),
      () => sides(comparison, this.#pick('', 'bool ') + group),
      () => sides(this.#pick('and', 'or', 'unless'), this.#maybe(labels)),
      () => `(${this.vector(depth)} ${comparison} ${this.#maybe('bool ')}${this.scalar(depth)})`,
    )();
  }

  #aggregation(depth: number): string {
    const modifier = ` ${this.#pick('by', 'without')} ${this.#labels()}`;
    const [op, param] = this.#pick(
      ...[['sum', ''] as const, ['group', ''] as const, ['stddev', ''] as const, ['topk', '5, '] as const],
      ...[
        ['quantile', '0.9, '] as const,
        ['count_values', '"v", '] as const,
        ['limit_ratio', '-0.5, '] as const,
      ],
    );
    const body = `(${param}${this.vector(depth)})`;
    return this.#pick(`${op}${body}`, `${op}${modifier}${body}`, `${op.toUpperCase()}${body}${modifier}`);
  }

  #call(depth: number): string {
    return this.#pick(
      () => `rate(${this.#matrix(depth)})`,
      () => `quantile_over_time(0.5, ${this.#matrix(depth)})`,
      () => `abs(${this.vector(depth)})`,
      () => `round(${this.vector(depth)}, ${this.scalar(depth)})`,
      () => `label_join(${this.vector(depth)}, "a", "-", "b", "c")`,
      () => `vector(${this.scalar(depth)})`,
      () => `info(${this.vector(depth)}, {x=""})`,
      () => `hour()`,
    )();
  }
}
