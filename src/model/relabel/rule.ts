/** Relabelling rules and their checks. Source: model/relabel/relabel.go; the texts are upstream's. */
import { quoteGo } from '../../base/index.js';
import { isLabelName, type NameValidationScheme } from '../names.js';
import type { RelabelRegexp } from './relabel-regexp.js';

export const relabelActions = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const;
export type RelabelAction = (typeof relabelActions)[number];

export interface RelabelRule {
  /** Undefined when the rule does not say. */
  readonly sourceLabels: readonly string[] | undefined;
  readonly separator: string;
  /** Undefined for the default `(.*)`, which upstream tells from the same pattern written out. */
  readonly regex: RelabelRegexp | undefined;
  /** 0 when unsaid; up to 2^64 - 1. */
  readonly modulus: bigint;
  readonly targetLabel: string;
  readonly replacement: string;
  /** "" only where the file says so explicitly; `checkRelabelRule` refuses it. */
  readonly action: RelabelAction | '';
}

export const defaultSeparator = ';';
export const defaultReplacement = '$1';
export const defaultPattern = '(.*)';

/** What legacy validation accepts as a target that may hold `$1` or `${name}`. */
const legacyTemplate = /^(?:[a-zA-Z_]|\$(?:\{\w+\}|\w))(?:\w|\$(?:\{\w+\}|\w))*$/;

export function isLegacyLabelTemplate(text: string): boolean {
  return legacyTemplate.test(text);
}

export function hasTemplate(text: string): boolean {
  return text.includes('$');
}

const needsTarget: ReadonlySet<string> = new Set([
  'replace',
  'hashmod',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
]);
const fixedReplacement: ReadonlySet<string> = new Set(['lowercase', 'uppercase', 'keepequal', 'dropequal']);

/** Upstream's text for the first thing wrong with a rule, or undefined. */
export function checkRelabelRule(rule: RelabelRule, scheme: NameValidationScheme): string | undefined {
  const { action, targetLabel, replacement } = rule;
  if (action === '') return 'relabel action cannot be empty';
  if (action === 'hashmod' && rule.modulus === 0n) {
    return 'relabel configuration for hashmod requires non-zero modulus';
  }
  if (needsTarget.has(action) && targetLabel === '') {
    return `relabel configuration for ${action} action requires 'target_label' value`;
  }
  const badTarget = `${quoteGo(targetLabel)} is invalid 'target_label' for ${action} action`;
  const isTemplate = (text: string): boolean =>
    scheme === 'legacy' ? isLegacyLabelTemplate(text) : isLabelName(text, scheme);
  if (action === 'replace') {
    const valid = hasTemplate(targetLabel) ? isTemplate(targetLabel) : isLabelName(targetLabel, scheme);
    if (!valid) return badTarget;
  }
  if (fixedReplacement.has(action)) {
    if (!isLabelName(targetLabel, scheme)) return badTarget;
    if (replacement !== defaultReplacement) return `'replacement' can not be set for ${action} action`;
  }
  if (action === 'labelmap' && !isTemplate(replacement)) {
    return `${quoteGo(replacement)} is invalid 'replacement' for ${action} action`;
  }
  if (action === 'hashmod' && !isLabelName(targetLabel, scheme)) return badTarget;
  return checkUnusedFields(rule);
}

function checkUnusedFields(rule: RelabelRule): string | undefined {
  const { action } = rule;
  const plain =
    rule.modulus === 0n && rule.separator === defaultSeparator && rule.replacement === defaultReplacement;
  if ((action === 'keepequal' || action === 'dropequal') && (rule.regex !== undefined || !plain)) {
    return `${action} action requires only 'source_labels' and \`target_label\`, and no other fields`;
  }
  if (action === 'labeldrop' || action === 'labelkeep') {
    if (rule.sourceLabels !== undefined || rule.targetLabel !== '' || !plain) {
      return `${action} action requires only 'regex', and no other fields`;
    }
  }
  return undefined;
}
