import { createHash } from 'node:crypto';
import type { Labels } from '../labels.js';
import { LabelsBuilder } from '../labels-builder.js';
import { isLabelName, type NameValidationScheme } from '../names.js';
import { expandTemplate } from '../regexp/index.js';
import { defaultRelabelRegexp } from './relabel-regexp.js';
import { hasTemplate, type RelabelRule } from './rule.js';
import { toLowerGo, toUpperGo } from './simple-case.js';

/** Applies the rules in order; false when one says to drop, and the builder is then unspecified. */
export function relabel(
  builder: LabelsBuilder,
  rules: readonly RelabelRule[],
  scheme: NameValidationScheme,
): boolean {
  for (const rule of rules) if (!applyRule(builder, rule, scheme)) return false;
  return true;
}

/** As `relabel`, on a label set: the set it becomes, or undefined where a rule says to drop it. */
export function relabelLabels(
  labels: Labels,
  rules: readonly RelabelRule[],
  scheme: NameValidationScheme,
): Labels | undefined {
  const builder = new LabelsBuilder(labels);
  return relabel(builder, rules, scheme) ? builder.labels() : undefined;
}

function sourceValue(builder: LabelsBuilder, rule: RelabelRule): string {
  const sources = rule.sourceLabels;
  if (sources === undefined || sources.length === 0) return '';
  if (sources.length === 1) return builder.get(sources[0] as string);
  return sources.map((name) => builder.get(name)).join(rule.separator);
}

function applyRule(builder: LabelsBuilder, rule: RelabelRule, scheme: NameValidationScheme): boolean {
  const regexp = rule.regex ?? defaultRelabelRegexp;
  switch (rule.action) {
    case 'labelmap':
      // Where two names map to one, the later wins, so that the order counts.
      for (const [name, value] of builder.inOrderOfChange()) {
        const groups = regexp.match(name);
        if (groups !== undefined) builder.set(expandTemplate(rule.replacement, groups), value);
      }
      return true;
    case 'labeldrop':
      for (const [name] of builder.entries()) if (regexp.test(name)) builder.delete(name);
      return true;
    case 'labelkeep':
      for (const [name] of builder.entries()) if (!regexp.test(name)) builder.delete(name);
      return true;
    default:
      return applyValueRule(builder, rule, scheme);
  }
}

function applyValueRule(builder: LabelsBuilder, rule: RelabelRule, scheme: NameValidationScheme): boolean {
  const regexp = rule.regex ?? defaultRelabelRegexp;
  const value = sourceValue(builder, rule);
  switch (rule.action) {
    case 'drop':
      return !regexp.test(value);
    case 'keep':
      return regexp.test(value);
    case 'dropequal':
      return builder.get(rule.targetLabel) !== value;
    case 'keepequal':
      return builder.get(rule.targetLabel) === value;
    case 'replace':
      replaceLabel(builder, rule, value, scheme);
      return true;
    case 'lowercase':
      builder.set(rule.targetLabel, toLowerGo(value));
      return true;
    case 'uppercase':
      builder.set(rule.targetLabel, toUpperGo(value));
      return true;
    case 'hashmod':
      builder.set(rule.targetLabel, hashModulo(value, rule.modulus));
      return true;
    default:
      return true;
  }
}

function replaceLabel(
  builder: LabelsBuilder,
  rule: RelabelRule,
  value: string,
  scheme: NameValidationScheme,
): void {
  const regexp = rule.regex ?? defaultRelabelRegexp;
  const fixed = !hasTemplate(rule.targetLabel) && !hasTemplate(rule.replacement);
  if (fixed && value === '' && rule.regex === undefined) {
    builder.set(rule.targetLabel, rule.replacement);
    return;
  }
  const groups = regexp.match(value);
  if (groups === undefined) return;
  const target = expandTemplate(rule.targetLabel, groups);
  if (isLabelName(target, scheme)) builder.set(target, expandTemplate(rule.replacement, groups));
}

/** The last eight bytes of the MD5 as a big-endian number, modulo `modulus`. */
function hashModulo(value: string, modulus: bigint): string {
  const digest = createHash('md5').update(value, 'utf8').digest();
  return (digest.readBigUInt64BE(8) % modulus).toString();
}
