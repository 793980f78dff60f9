import { RE2JS } from 're2js';
import { planSequence, type TextTest } from './match-sequence.js';
import { parseShape } from './parse-shape.js';
import { requiredTexts } from './required-texts.js';
import { maxSetMatches, opaqueShape, type Shape, textShape, textsOf, withoutOuterAnchors } from './shape.js';
import { compileEngine } from './syntax-error.js';

/**
 * A label regular expression: RE2 syntax, linear time, anchored at both ends, `.` matches newlines
 * (`^(?s:…)$`).
 */
export interface LabelRegexp {
  readonly pattern: string;
  test(value: string): boolean;
  /** The whole set of values that can match, when it is finite and small; undefined otherwise. */
  readonly setMatches: readonly string[] | undefined;
  /** A literal that every match begins with; "" when there is none. */
  readonly prefix: string;
}

/** How a pattern is tested; `engine` tells whether the general engine is asked at all. */
export interface LabelRegexpPlan extends LabelRegexp {
  readonly suffix: string;
  /** Literals within, in order and apart from each other. */
  readonly contains: readonly string[];
  readonly usesEngine: boolean;
}

/**
 * Most patterns that people write are sets of literals, or literals with `.*` between, and never reach an
 * engine. The rest run on re2js, behind a check of the literals they need. Throws `RegexpSyntaxError`. What
 * upstream does to the same end: model/labels/regexp.go.
 */
export function compileLabelRegexp(pattern: string): LabelRegexp {
  return planLabelRegexp(pattern);
}

const special = /[\\.+*?()[\]{}^$]/;

export function planLabelRegexp(pattern: string): LabelRegexpPlan {
  const shape = shapeOf(pattern);
  const plan = shape && planShape(pattern, shape);
  if (plan !== undefined) return plan;
  const engine = compileEngine(pattern, RE2JS.DOTALL);
  const required = requiredTexts(shape ?? opaqueShape);
  return {
    pattern,
    test: (value) => required.allIn(value) && engine.matches(value),
    setMatches: undefined,
    ...required,
    usesEngine: true,
  };
}

/** A plan that needs no engine, or undefined; a pattern that has one is valid. */
export function planWithoutEngine(pattern: string): LabelRegexpPlan | undefined {
  const shape = shapeOf(pattern);
  return shape && planShape(pattern, shape);
}

function shapeOf(pattern: string): Shape | undefined {
  if (!special.test(pattern)) return textShape(pattern.split('|'));
  return pattern.isWellFormed() ? parseShape(pattern)?.map(withoutOuterAnchors) : undefined;
}

function planShape(pattern: string, shape: Shape): LabelRegexpPlan | undefined {
  const [row] = shape;
  const texts = shape.length === 1 && row !== undefined ? textsOf(row) : undefined;
  if (texts !== undefined) return planSet(pattern, texts);
  const test = planAlternatives(shape);
  return test && { pattern, test, setMatches: undefined, ...requiredTexts(shape), usesEngine: false };
}

function planSet(pattern: string, texts: readonly string[]): LabelRegexpPlan {
  const values = new Set(texts);
  const [only = ''] = texts;
  const isEmptyText = values.size === 1 && only === '';
  return {
    pattern,
    test: values.size === 1 ? (value) => value === only : (value) => values.has(value),
    setMatches: values.size > maxSetMatches || isEmptyText ? undefined : [...values],
    ...requiredTexts(textShape(texts)),
    usesEngine: false,
  };
}

/** Alternatives are looked up by their first character from this many on. */
const minIndexedAlternatives = 16;

function planAlternatives(shape: Shape): TextTest | undefined {
  const tests: TextTest[] = [];
  const byFirst = new Map<number, TextTest[]>();
  let isIndexed = shape.length >= minIndexedAlternatives;
  for (const row of shape) {
    const test = planSequence(row);
    if (test === undefined) return undefined;
    tests.push(test);
    const [first] = row;
    if (first?.kind !== 'text' || first.values.includes('')) isIndexed = false;
    else if (isIndexed) addByFirst(byFirst, first.values, test);
  }
  if (isIndexed) {
    return (value) => byFirst.get(value.charCodeAt(0))?.some((test) => test(value)) === true;
  }
  const [only] = tests;
  return tests.length === 1 ? only : (value) => tests.some((test) => test(value));
}

function addByFirst(byFirst: Map<number, TextTest[]>, values: readonly string[], test: TextTest): void {
  for (const unit of new Set(values.map((value) => value.charCodeAt(0)))) {
    const tests = byFirst.get(unit);
    if (tests === undefined) byFirst.set(unit, [test]);
    else tests.push(test);
  }
}
