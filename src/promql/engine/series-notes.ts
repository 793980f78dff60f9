import type { LabelIds } from '../../storage/index.js';
import type { WindowNode } from '../planner/index.js';
import type { Evaluation, WindowNotes } from './evaluation.js';
import type { Row } from './rows.js';

/** What a window function may ask about the series it looks at; texts are looked up when asked for. */
export class SeriesNotes implements WindowNotes {
  readonly evaluation: Evaluation;
  readonly node: WindowNode;
  readonly params: readonly Float64Array[];
  #labels: LabelIds = new Uint32Array(0);
  #row: Row | undefined;

  constructor(evaluation: Evaluation, node: WindowNode, params: readonly Float64Array[]) {
    this.evaluation = evaluation;
    this.node = node;
    this.params = params;
  }

  begin(labels: LabelIds, row: Row): void {
    this.#labels = labels;
    this.#row = row;
  }

  get row(): Row {
    return this.#row as Row;
  }

  get metricName(): string {
    return this.evaluation.labels.metricName(this.#labels);
  }

  get typeLabel(): string {
    const { labels } = this.evaluation;
    return labels.text(this.#labels, labels.symbols.intern('__type__'));
  }
}
