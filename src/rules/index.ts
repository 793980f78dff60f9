/** Rule files. */
export { type DuplicateRule, duplicateRules } from './duplicate-rules.js';
export {
  type ParsedRuleFile,
  parseRuleFile,
  type Rule,
  type RuleFile,
  type RuleFileOptions,
  type RuleGroup,
  type RuleProblem,
} from './rule-file.js';
