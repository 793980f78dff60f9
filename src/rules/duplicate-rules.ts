import { compareUtf8 } from '../base/index.js';
import { Labels } from '../model/index.js';
import type { RuleFile } from './rule-file.js';

export interface DuplicateRule {
  readonly metric: string;
  readonly labels: Labels;
}

/** Rules that write the same series, each once, in order. Source: cmd/promtool/main.go (checkDuplicates). */
export function duplicateRules({ groups }: RuleFile): DuplicateRule[] {
  const all = groups.flatMap((group) =>
    group.rules.map((rule): DuplicateRule => {
      const labels = new Map([...group.labels, ...rule.labels]);
      return {
        metric: rule.alert.value || rule.record.value,
        labels: Labels.fromPairs(...[...labels].flat()),
      };
    }),
  );
  all.sort((a, b) => compareUtf8(a.metric, b.metric) || a.labels.compare(b.labels));
  const isSame = (a: DuplicateRule | undefined, b: DuplicateRule): boolean =>
    a !== undefined && a.metric === b.metric && a.labels.compare(b.labels) === 0;
  const found: DuplicateRule[] = [];
  for (const [i, rule] of all.entries())
    if (i > 0 && isSame(all[i - 1], rule) && !isSame(found.at(-1), rule)) found.push(rule);
  return found;
}
