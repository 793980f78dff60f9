/**
 * Arithmetic and comparisons between two vectors. The side with at most one series a group is the "one" side, the
 * other the "many" side; each pair of series that match is computed over all steps. Source: promql/engine.go,
 * VectorBinop.
 */
import type { LabelIds } from '../../storage/index.js';
import type { VectorMatching } from '../ast/index.js';
import { QueryError } from '../errors.js';
import type { BinaryNode } from '../planner/index.js';
import { changesMetric, compareColumns, computeColumns, isComparison } from './arithmetic.js';
import {
  answerHistograms,
  type HistogramAnswers,
  isTrim,
  putAnswers,
  type Remark,
} from './binary-histograms.js';
import type { Evaluation } from './evaluation.js';
import { fillRow } from './fill-rows.js';
import { LabelNumbers } from './label-tools.js';
import { groupRows, matchLabels, matchText, orderedTexts, rowsByGroup } from './match-groups.js';
import { settleLabels } from './merge-rows.js';
import { absent, float, type Row, RowMaker, type VectorResult } from './rows.js';

export function vectorBinary(
  evaluation: Evaluation,
  node: BinaryNode,
  left: VectorResult,
  right: VectorResult,
): VectorResult {
  const fills = node.matching?.fillLeft !== undefined || node.matching?.fillRight !== undefined;
  if (!fills && (left.rows.length === 0 || right.rows.length === 0)) return { kind: 'vector', rows: [] };
  const join = new VectorJoin(evaluation, node, left.rows, right.rows);
  join.refuseDuplicates();
  const rows = join.rows();
  join.report();
  return { kind: 'vector', rows: settleLabels(evaluation, rows, node.grid.steps) };
}

class VectorJoin {
  readonly #evaluation: Evaluation;
  readonly #node: BinaryNode;
  readonly #matching: VectorMatching;
  readonly #steps: number;
  /** The "many" side is on the right. */
  readonly #swapped: boolean;
  readonly #many: readonly Row[];
  readonly #one: readonly Row[];
  readonly #manyGroups: Uint32Array;
  readonly #oneGroups: Uint32Array;
  readonly #manyOf: number[][];
  readonly #oneOf: number[][];
  readonly #maker: RowMaker;
  readonly #include: readonly number[];
  readonly #matchIds: ReadonlySet<number>;
  /** What each group has answered already, to find answers that are not unique. */
  readonly #answered = new Map<number, GroupAnswers>();
  /** The last of each step: upstream says no more. */
  readonly #remarks: (Remark | undefined)[] = [];
  /** By group: steps at which a pair was refused. */
  readonly #refused = new Map<number, Uint8Array>();

  constructor(evaluation: Evaluation, node: BinaryNode, left: readonly Row[], right: readonly Row[]) {
    const matching = node.matching as VectorMatching;
    const groups = groupRows(evaluation.labels, left, right, matching);
    this.#evaluation = evaluation;
    this.#node = node;
    this.#matching = matching;
    this.#steps = node.grid.steps;
    this.#swapped = matching.cardinality === 'one-to-many';
    this.#many = this.#swapped ? right : left;
    this.#one = this.#swapped ? left : right;
    this.#manyGroups = this.#swapped ? groups.rightGroups : groups.leftGroups;
    this.#oneGroups = this.#swapped ? groups.leftGroups : groups.rightGroups;
    this.#manyOf = rowsByGroup(this.#manyGroups, groups.count);
    this.#oneOf = rowsByGroup(this.#oneGroups, groups.count);
    this.#maker = new RowMaker(node.grid.steps, evaluation.scope);
    this.#include = matching.include.map((name) => evaluation.labels.symbols.intern(name));
    this.#matchIds = evaluation.labels.ids(matching.matchingLabels);
  }

  /** Fails when two series of the "one" side match alike at one step, and the other side is not empty then. */
  refuseDuplicates(): void {
    let first = this.#steps;
    for (const group of this.#oneOf)
      if (group.length > 1) first = Math.min(first, this.#overlapIn(group, first));
    if (first === this.#steps) return;
    const seen = new Map<number, Row>();
    this.#one.forEach((row, i) => {
      if (row.present[row.offset + first] === absent) return;
      const other = seen.get(this.#oneGroups[i] as number);
      if (other !== undefined) this.#duplicate(row, other);
      seen.set(this.#oneGroups[i] as number, row);
    });
  }

  /** The first step before `end` at which two rows of the group are there, or `end`. */
  #overlapIn(group: readonly number[], end: number): number {
    const fills = this.#matching.fillLeft !== undefined || this.#matching.fillRight !== undefined;
    for (let step = 0; step < end; step++) {
      let count = 0;
      for (const i of group) {
        const row = this.#one[i] as Row;
        if (row.present[row.offset + step] !== absent) count++;
      }
      if (count > 1 && (fills || this.#many.some((row) => row.present[row.offset + step] !== absent)))
        return step;
    }
    return end;
  }

  #duplicate(row: Row, other: Row): never {
    const { labels: tools } = this.#evaluation;
    const group = matchText(tools, row.labels, this.#matching);
    const side = this.#swapped ? 'left' : 'right';
    const [a, b] = orderedTexts(tools, row.labels, other.labels);
    throw new QueryError(
      'execution',
      `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: [${a}, ${b}]` +
        ';many-to-many matching not allowed: matching labels must be unique on one side',
    );
  }

  rows(): Row[] {
    // Sides of `fill` are not swapped with group_right, as upstream: the right value stands in for the "one" side.
    const { fillLeft: manyFill, fillRight: oneFill } = this.#matching;
    const inPlace = manyFill === undefined && oneFill === undefined;
    const rows: Row[] = [];
    this.#many.forEach((many, i) => {
      const group = this.#manyGroups[i] as number;
      const partners = this.#rowsOf(this.#one, this.#oneOf[group] as number[]);
      for (const one of partners) {
        // With one partner the many side's row is not needed again and takes the answer.
        const target = inPlace && partners.length === 1 ? many : this.#maker.make(many.labels, false);
        this.#join(group, many, one, target, rows);
      }
      if (oneFill === undefined) return;
      const one = this.#filled(many.labels, oneFill, partners);
      this.#join(group, many, one, this.#maker.make(many.labels, false), rows);
    });
    if (manyFill === undefined) return rows;
    this.#one.forEach((one, i) => {
      const group = this.#oneGroups[i] as number;
      const many = this.#filled(one.labels, manyFill, [this.#matchedIn(group)]);
      this.#join(group, many, one, this.#maker.make(one.labels, false), rows);
    });
    return rows;
  }

  report(): void {
    for (const remark of this.#remarks) remark?.(this.#evaluation.annotations, this.#node.position);
  }

  #rowsOf(rows: readonly Row[], numbers: readonly number[]): Row[] {
    return numbers.map((number) => rows[number] as Row);
  }

  /** A row that is there at the steps at which a pair of the group had an answer, be it that a comparison does not hold. */
  #matchedIn(group: number): Row {
    const row = this.#maker.make(new Uint32Array(0), false);
    const many = this.#rowsOf(this.#many, this.#manyOf[group] as number[]);
    const refused = this.#refused.get(group);
    for (let step = 0; step < this.#steps; step++) {
      const isThere = many.some(({ present, offset }) => present[offset + step] !== absent);
      if (isThere && refused?.[step] !== 1) row.present[row.offset + step] = float;
    }
    return row;
  }

  #filled(partner: LabelIds, value: number, rows: readonly Row[]): Row {
    const labels = matchLabels(this.#evaluation.labels, partner, this.#matching);
    return fillRow({ maker: this.#maker, labels, value, rows });
  }

  #join(group: number, many: Row, one: Row, target: Row, rows: Row[]): void {
    const labels = this.#resultLabels(many.labels, one.labels);
    const [left, right] = this.#swapped ? [one, many] : [many, one];
    const histograms = this.#answerHistograms(group, left, right);
    if (!this.#claim({ group, labels, many, one, histograms })) return;
    if (this.#compute(left, right, target, histograms) === 0) return;
    target.labels = labels;
    target.dropName = this.#node.returnBool;
    rows.push(target);
  }

  /** Notes the steps at which the pair meets; false when there is none. Fails when they were answered before. */
  #claim({ group, labels, many, one, histograms }: Pair): boolean {
    const oneToOne = this.#matching.cardinality === 'one-to-one';
    const manyCount = (this.#manyOf[group] as number[]).length;
    const oneCount = (this.#oneOf[group] as number[]).length;
    const marks =
      manyCount > 1 || oneCount > 1 ? this.#marksOf(group, oneToOne ? undefined : labels) : undefined;
    let meets = false;
    for (let step = 0; step < this.#steps; step++) {
      const kind = many.present[many.offset + step] as number;
      if (kind === absent || one.present[one.offset + step] === absent) continue;
      if (histograms?.answers[step] === null) continue;
      meets = true;
      if (marks === undefined) break;
      if (marks[step] === 1) {
        const remedy = oneToOne
          ? 'many-to-one matching must be explicit (group_left/group_right)'
          : 'grouping labels must ensure unique matches';
        throw new QueryError('execution', `multiple matches for labels: ${remedy}`);
      }
      marks[step] = 1;
    }
    return meets;
  }

  #marksOf(group: number, labels: LabelIds | undefined): Uint8Array {
    let answers = this.#answered.get(group);
    if (answers === undefined) {
      answers = { numbers: new LabelNumbers(), marks: [] };
      this.#answered.set(group, answers);
    }
    const number = labels === undefined ? 0 : answers.numbers.number(labels);
    answers.marks[number] ??= new Uint8Array(this.#steps);
    return answers.marks[number];
  }

  #answerHistograms(group: number, left: Row, right: Row): HistogramAnswers | undefined {
    const { op, returnBool } = this.#node;
    if (left.histograms === undefined && right.histograms === undefined && !isTrim(op)) return undefined;
    const operation = { op, asBool: returnBool, steps: this.#steps };
    const found = answerHistograms(operation, left, right, this.#remark);
    this.#noteRefused(group, found);
    return found;
  }

  /** How many steps have an answer. */
  #compute(left: Row, right: Row, target: Row, histograms: HistogramAnswers | undefined): number {
    const { op, returnBool } = this.#node;
    const { kernels } = this.#evaluation;
    let answered = 0;
    if (changesMetric(op)) answered = computeColumns(kernels, op, left, right, target, this.#steps);
    else if (isComparison(op)) {
      const comparison = { op, asBool: returnBool, kept: left };
      answered = compareColumns(kernels, comparison, left, right, target, this.#steps);
    } else target.present.fill(absent, target.offset, target.offset + this.#steps);
    target.histograms = undefined;
    return histograms === undefined ? answered : answered + putAnswers(histograms, target);
  }

  readonly #remark = (step: number, remark: Remark): void => {
    this.#remarks[step] = remark;
  };

  /** Where nothing came of a pair for its kinds of samples, upstream does not count it as matched. */
  #noteRefused(group: number, { answers }: HistogramAnswers): void {
    for (const [step, answer] of answers.entries()) {
      if (answer !== null) continue;
      const steps = this.#refused.get(group) ?? new Uint8Array(this.#steps);
      steps[step] = 1;
      this.#refused.set(group, steps);
    }
  }

  /** Source: promql/engine.go, resultMetric. */
  #resultLabels(many: LabelIds, one: LabelIds): LabelIds {
    const { labels: tools, delayedNameRemoval } = this.#evaluation;
    const { op, returnBool } = this.#node;
    const { cardinality, on } = this.#matching;
    let labels = many;
    if (changesMetric(op) || (returnBool && !delayedNameRemoval)) labels = tools.dropMetadata(labels);
    if (cardinality === 'one-to-one') {
      labels = on ? tools.keep(labels, this.#matchIds) : tools.without(labels, this.#matchIds);
    }
    for (const name of this.#include) labels = tools.set(labels, name, tools.get(one, name));
    return labels;
  }
}

interface Pair {
  readonly group: number;
  readonly labels: LabelIds;
  readonly many: Row;
  readonly one: Row;
  readonly histograms: HistogramAnswers | undefined;
}

interface GroupAnswers {
  readonly numbers: LabelNumbers;
  /** For each label set answered, the steps at which it was. */
  readonly marks: (Uint8Array | undefined)[];
}
