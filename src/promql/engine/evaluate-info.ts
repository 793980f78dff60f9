/** info(): labels of info series onto the series of a vector. Source: promql/info.go. */
import { Matcher } from '../../model/index.js';
import type { LabelIds } from '../../storage/index.js';
import { QueryError } from '../errors.js';
import type { InfoNode, SelectNode } from '../planner/index.js';
import { drain } from './evaluate-aggregate.js';
import { SelectFiller } from './evaluate-select.js';
import type { Evaluation } from './evaluation.js';
import { LabelNumbers } from './label-tools.js';
import { sameLabelset } from './merge-rows.js';
import { SeriesRowStream } from './row-stream.js';
import { absent, float, histogram, type Row, RowMaker, type VectorResult } from './rows.js';

/** Tell which info series belongs to a series. */
const identifyingLabels = ['instance', 'job'] as const;

export async function evaluateInfo(
  evaluation: Evaluation,
  node: InfoNode,
  base: VectorResult,
): Promise<VectorResult> {
  const info = new InfoJoin(evaluation, node, base.rows);
  return { kind: 'vector', rows: info.join(await info.select()) };
}

/** All that name info metrics: those given, in front of nothing but exclusions whatever ends like one. */
export function infoNameMatchers(given: readonly Matcher[]): readonly Matcher[] {
  if (given.length === 0) return [new Matcher('=', '__name__', 'target_info')];
  if (given.some(({ type }) => type === '=' || type === '=~')) return given;
  return [new Matcher('=~', '__name__', '.+_info'), ...given];
}

function quoteMeta(text: string): string {
  return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

class InfoJoin {
  readonly #evaluation: Evaluation;
  readonly #node: InfoNode;
  readonly #base: readonly Row[];
  /** Info series themselves stay as they are. */
  readonly #isInfo: readonly boolean[];
  readonly #identifying: readonly number[];
  readonly #dataNames: ReadonlySet<number>;
  readonly #needsInfo: boolean;
  readonly #maker: RowMaker;

  constructor(evaluation: Evaluation, node: InfoNode, base: readonly Row[]) {
    const { labels: tools, scope } = evaluation;
    const names = infoNameMatchers(node.nameMatchers);
    this.#evaluation = evaluation;
    this.#node = node;
    this.#base = base;
    this.#isInfo = base.map(({ labels }) => names.every((each) => each.matches(tools.metricName(labels))));
    this.#identifying = identifyingLabels.map((name) => tools.symbols.intern(name));
    this.#dataNames = tools.ids(node.dataMatchers.map(({ name }) => name));
    this.#needsInfo = node.dataMatchers.some((matcher) => !matcher.matches(''));
    this.#maker = new RowMaker(node.grid.steps, scope);
  }

  /** The info series of the vector's instances and jobs; their values are the times of their samples in seconds. */
  async select(): Promise<readonly Row[]> {
    const { selector, nameMatchers, dataMatchers, grid } = this.#node;
    const evaluation = this.#evaluation;
    const matchers = this.#identifying.flatMap((name, i) => {
      const found = this.#valuesOf(name);
      if (found.length === 0) return [];
      return [new Matcher('=~', identifyingLabels[i] as string, found.map(quoteMeta).join('|'))];
    });
    if (matchers.length === 0 || grid.steps === 0) return [];
    const wanted = [...matchers, ...dataMatchers, ...infoNameMatchers(nameMatchers)];
    const select: SelectNode = {
      ...{ kind: 'select', grid, answer: 'timestamp' },
      selector: { ...selector, matchers: wanted },
    };
    const filler = new SelectFiller(evaluation, select);
    const stream = new SeriesRowStream({
      ...{ evaluation, selector: select.selector, steps: grid.steps },
      fill: (labels, columns, row) => {
        const samples = filler.fill(labels, columns, row);
        row.labels = labels;
        row.dropName = false;
        if (samples > 0 && columns.kinds?.includes(1) === true) this.#refuseHistograms(labels);
        return samples;
      },
    });
    try {
      return await drain(stream);
    } finally {
      stream.close();
    }
  }

  #refuseHistograms(labels: LabelIds): never {
    const text = this.#evaluation.labels.toString(labels);
    throw new QueryError('execution', `this should be an info metric, with float samples: ${text}`);
  }

  /** Of the series that are no info series, without the empty one. */
  #valuesOf(name: number): string[] {
    const { labels: tools } = this.#evaluation;
    const values = new Set(
      this.#base.filter((_, i) => this.#isInfo[i] === false).map(({ labels }) => tools.text(labels, name)),
    );
    values.delete('');
    return [...values];
  }

  join(info: readonly Row[]): Row[] {
    const { labels: tools } = this.#evaluation;
    const { steps } = this.#node.grid;
    const names = [...new Set(info.map(({ labels }) => tools.get(labels, tools.nameId)))];
    const keyOf = (name: number, labels: LabelIds): string =>
      [name, ...this.#identifying.map((each) => tools.get(labels, each))].join();
    const infoKeys = info.map(({ labels }) => keyOf(tools.get(labels, tools.nameId), labels));
    const baseKeys = this.#base.map(({ labels }, i) =>
      this.#isInfo[i] === true ? [] : names.map((name) => keyOf(name, labels)),
    );
    const rows = new JoinedRows(this.#maker);
    for (let step = 0; step < steps; step++) {
      const newest = this.#newest(info, infoKeys, step);
      for (const [i, row] of this.#base.entries()) {
        if (row.present[row.offset + step] === absent) continue;
        const found = (baseKeys[i] as string[]).flatMap((key) => newest.get(key) ?? []);
        if (found.length === 0 && this.#needsInfo && this.#isInfo[i] === false) continue;
        rows.put(row, step, this.#joined(row.labels, found));
      }
    }
    return rows.rows;
  }

  /** Of those that are told apart by nothing, the one with the newest sample. */
  #newest(info: readonly Row[], keys: readonly string[], step: number): Map<string, Row> {
    const found = new Map<string, Row>();
    const timeOf = (row: Row): number => row.values[row.offset + step] as number;
    for (const [i, row] of info.entries()) {
      if (row.present[row.offset + step] !== float) continue;
      const key = keys[i] as string;
      const other = found.get(key);
      if (other !== undefined && timeOf(other) === timeOf(row)) this.#duplicate(other, row, timeOf(row));
      if (other === undefined || timeOf(other) < timeOf(row)) found.set(key, row);
    }
    return found;
  }

  #duplicate(a: Row, b: Row, seconds: number): never {
    const { labels: tools } = this.#evaluation;
    const at = Math.round(seconds * 1000);
    const [existing, other] = [tools.toString(a.labels), tools.toString(b.labels)];
    const text = `found duplicate series for info metric: existing ${existing} @ ${at}, new ${other} @ ${at}`;
    throw new QueryError('execution', text);
  }

  #joined(base: LabelIds, info: readonly Row[]): LabelIds {
    const { labels: tools } = this.#evaluation;
    const added = new Map<number, number>();
    for (const { labels } of info) {
      for (let i = 0; i < labels.length; i += 2) {
        const [name, value] = [labels[i] as number, labels[i + 1] as number];
        if (name === tools.nameId || (this.#dataNames.size > 0 && !this.#dataNames.has(name))) continue;
        if ((added.get(name) ?? value) !== value)
          throw new QueryError('execution', `conflicting label: ${tools.symbols.text(name)}`);
        if (tools.get(base, name) === 0) added.set(name, value);
      }
    }
    let joined = base;
    for (const [name, value] of added) joined = tools.set(joined, name, value);
    return joined;
  }
}

/** Rows by their labels, which may change from step to step. */
class JoinedRows {
  readonly rows: Row[] = [];
  readonly #numbers = new LabelNumbers();
  readonly #maker: RowMaker;

  constructor(maker: RowMaker) {
    this.#maker = maker;
  }

  put(from: Row, step: number, labels: LabelIds): void {
    const number = this.#numbers.number(labels);
    const row = this.rows[number] ?? this.#maker.make(labels, from.dropName);
    this.rows[number] = row;
    const at = row.offset + step;
    if (row.present[at] !== absent) throw sameLabelset();
    row.present[at] = from.present[from.offset + step] as number;
    row.values[at] = from.values[from.offset + step] as number;
    if (row.present[at] !== histogram) return;
    row.histograms ??= [];
    row.histograms[step] = from.histograms?.[step];
  }
}
