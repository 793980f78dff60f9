/** Binary operators where an operand may be a native histogram. Source: promql/engine.go (vectorElemBinop). */
import { equalHistograms, type Histogram, toFloatHistogram } from '../../model/index.js';
import type { BinaryOp, PositionRange } from '../ast/index.js';
import { HistogramSum, trimHistogram } from '../histograms/index.js';
import type { Annotations } from './annotations.js';
import { type Column, isComparison } from './arithmetic.js';
import { absent, float, histogram, type Row } from './rows.js';

export type Operand = number | Histogram;

export type Remark = (annotations: Annotations, position: PositionRange) => void;

/** What two operands come to, at least one of which is a histogram. */
export interface ElementAnswer {
  /** There is an answer, or a comparison holds. */
  readonly keeps: boolean;
  /** There is none, whatever `bool` says. */
  readonly isRefused: boolean;
  readonly histogram: Histogram | undefined;
  readonly remark: Remark | undefined;
}

const kept = (answer: Histogram, remark?: Remark): ElementAnswer => ({
  ...{ keeps: true, isRefused: false, histogram: answer, remark },
});

const refused = (remark: Remark): ElementAnswer => ({
  ...{ keeps: false, isRefused: true, histogram: undefined, remark },
});

/** No answer for operands of these kinds. */
export function incompatibleTypes(op: BinaryOp, left: Operand, right: Operand): ElementAnswer {
  const name = (operand: Operand): string => (typeof operand === 'number' ? 'float' : 'histogram');
  const text = `incompatible sample types encountered for binary operator "${op}": ${name(left)} ${op} ${name(right)}`;
  return refused((annotations, position) => annotations.info(text, position));
}

export function histogramBinary(op: BinaryOp, left: Operand, right: Operand): ElementAnswer {
  if (typeof left === 'number')
    return op === '*' && typeof right !== 'number'
      ? kept(scaled(right, left))
      : incompatibleTypes(op, left, right);
  if (typeof right !== 'number') return binaryOfTwo(op, left, right);
  switch (op) {
    case '*':
      return kept(scaled(left, right));
    case '/': {
      const result = HistogramSum.of(left);
      result.divide(right);
      return kept(result.histogram());
    }
    case '</':
      return kept(trimHistogram(toFloatHistogram(left), right, 'below'));
    case '>/':
      return kept(trimHistogram(toFloatHistogram(left), right, 'above'));
    default:
      return incompatibleTypes(op, left, right);
  }
}

function binaryOfTwo(op: BinaryOp, left: Histogram, right: Histogram): ElementAnswer {
  if (op === '+' || op === '-') return sumOf(op, left, right);
  if (op !== '==' && op !== '!=') return incompatibleTypes(op, left, right);
  const isEqual = equalHistograms(toFloatHistogram(left), toFloatHistogram(right));
  return { ...kept(left), keeps: isEqual === (op === '==') };
}

/** With all its buckets, empty ones too. */
export function negated(sample: Histogram): Histogram {
  const { zeroCount, count, sum, positiveBuckets, negativeBuckets } = sample;
  const negative = (counts: Float64Array): Float64Array => counts.map((each) => -each);
  return {
    ...sample,
    ...{ integer: false, counterResetHint: 'gauge', zeroCount: -zeroCount, count: -count, sum: -sum },
    positiveBuckets: negative(positiveBuckets),
    negativeBuckets: negative(negativeBuckets),
  };
}

function scaled(sample: Histogram, factor: number): Histogram {
  const result = HistogramSum.of(sample);
  result.scale(factor);
  return result.histogram();
}

function sumOf(op: '+' | '-', left: Histogram, right: Histogram): ElementAnswer {
  const result = HistogramSum.of(left);
  const { isIncompatible, hintsCollide, isReconciled } = result.add(right, { sign: op === '+' ? 1 : -1 });
  if (isIncompatible) {
    const text = `incompatible bucket layout encountered for binary operator ${op}`;
    return refused((annotations, position) => annotations.warn(text, position));
  }
  if (op === '-') result.hint = 'gauge';
  const operation = op === '+' ? 'addition' : 'subtraction';
  if (hintsCollide) return refused((annotations, position) => annotations.hintsCollide(operation, position));
  if (!isReconciled) return kept(result.histogram());
  return kept(result.histogram(), (annotations, position) =>
    annotations.reconciledBuckets(operation, position),
  );
}

/** A column that may hold histograms. */
export type OperandColumn = Column & Pick<Row, 'histograms'>;

export function operandAt(column: OperandColumn, step: number): Operand | undefined {
  const at = column.offset + step;
  const kind = column.present === undefined ? float : column.present[at];
  if (kind === absent) return undefined;
  return kind === histogram ? column.histograms?.[step] : column.values[at];
}

/** Whether floats have no answer by this operator, which is for histograms. */
export function isTrim(op: BinaryOp): op is '</' | '>/' {
  return op === '</' || op === '>/';
}

/** What steps with histograms come to; taken before the floats' answers are written over an operand. */
export interface HistogramAnswers {
  /** By step: an answer of one with a histogram; null where the operator has none for such operands. */
  readonly answers: (Histogram | number | null | undefined)[];
}

/**
 * Answers the steps at which an operand is a histogram, and those of floats where the operator knows none. `remark` is
 * told of each step's.
 */
export function answerHistograms(
  operation: { readonly op: BinaryOp; readonly asBool: boolean; readonly steps: number },
  left: OperandColumn,
  right: OperandColumn,
  remark: (step: number, remark: Remark) => void,
): HistogramAnswers {
  const { op, asBool, steps } = operation;
  const answers = new Array<Histogram | number | null | undefined>(steps).fill(undefined);
  for (let step = 0; step < steps; step++) {
    const a = operandAt(left, step);
    const b = operandAt(right, step);
    if (a === undefined || b === undefined) continue;
    if (typeof a === 'number' && typeof b === 'number') {
      if (!isTrim(op)) continue;
      remark(step, incompatibleTypes(op, a, b).remark as Remark);
      answers[step] = null;
      continue;
    }
    const answer = histogramBinary(op, a, b);
    if (answer.remark !== undefined) remark(step, answer.remark);
    if (answer.isRefused) answers[step] = null;
    else if (asBool && isComparison(op)) answers[step] = Number(answer.keeps);
    else answers[step] = answer.keeps ? answer.histogram : undefined;
  }
  return { answers };
}

/** Into a row that has the floats' answers; says by how many answers there are more. */
export function putAnswers({ answers }: HistogramAnswers, target: Row): number {
  let more = 0;
  let samples: (Histogram | undefined)[] | undefined;
  for (const [step, answer] of answers.entries()) {
    if (answer === undefined || answer === null) continue;
    const at = target.offset + step;
    more++;
    if (typeof answer === 'number') {
      target.present[at] = float;
      target.values[at] = answer;
      continue;
    }
    target.present[at] = histogram;
    samples ??= new Array<Histogram | undefined>(answers.length).fill(undefined);
    samples[step] = answer;
  }
  target.histograms = samples;
  return more;
}
