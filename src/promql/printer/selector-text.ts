/** Selectors and their modifiers as text. Source: promql/parser/printer.go. */
import { compareUtf8, formatDuration } from '../../base/index.js';
import { metricNameLabel } from '../../model/index.js';
import type { AtModifier, DurationExpr, MatrixSelector, SubqueryExpr, VectorSelector } from '../ast/index.js';

/** A piece of text, or a duration expression that stands in its place. */
type Piece = string | DurationExpr;

interface Timed {
  readonly offsetMs: number;
  readonly offsetExpr: DurationExpr | undefined;
  readonly at: AtModifier | undefined;
}

export function vectorSelectorParts(selector: VectorSelector): Piece[] {
  return [selectorText(selector), atText(selector), extensionText(selector), ...offsetParts(selector)];
}

export function matrixSelectorParts({ selector, rangeMs, rangeExpr }: MatrixSelector): Piece[] {
  const range = ['[', rangeExpr ?? formatDuration(rangeMs), ']'];
  const modifiers = [extensionText(selector), atText(selector), ...offsetParts(selector)];
  return [selectorText(selector), ...range, ...modifiers];
}

/** All of a subquery but its expression. */
export function subquerySuffixParts(subquery: SubqueryExpr): Piece[] {
  const { rangeMs, rangeExpr, stepMs, stepExpr } = subquery;
  const step = stepMs !== 0 ? formatDuration(stepMs) : (stepExpr ?? '');
  const range = ['[', rangeExpr ?? formatDuration(rangeMs), ':', step, ']'];
  return [...range, atText(subquery), ...offsetParts(subquery)];
}

/** Name and braces; the equality matcher that the name stands for is left out. */
function selectorText({ name, matchers }: VectorSelector): string {
  const texts: string[] = [];
  for (const matcher of matchers) {
    const isName = matcher.name === metricNameLabel && matcher.type === '=' && matcher.value === name;
    if (!isName || name === '') texts.push(matcher.toString());
  }
  return texts.length === 0 ? name : `${name}{${texts.sort(compareUtf8).join(',')}}`;
}

function atText({ at }: Timed): string {
  if (at === undefined) return '';
  if ('preprocessor' in at) return ` @ ${at.preprocessor}()`;
  return ` @ ${(at.timestampMs / 1000).toFixed(3)}`;
}

function extensionText({ anchored, smoothed }: VectorSelector): string {
  if (anchored) return ' anchored';
  return smoothed ? ' smoothed' : '';
}

function offsetParts({ offsetMs, offsetExpr }: Timed): Piece[] {
  if (offsetExpr !== undefined) return [' offset ', offsetExpr];
  return offsetMs === 0 ? [] : [` offset ${formatDuration(offsetMs)}`];
}
