import type { AlertmanagerOptions } from '../config/index.js';
import { checkTargetAddress, type TargetGroup } from '../discovery/index.js';
import { LabelsBuilder, relabel } from '../model/index.js';
import { type ScrapeOptions, targetLabels } from '../scrape/index.js';

/** Why a target of the group cannot be scraped. Source: scrape/target.go (TargetsFromGroup). */
export function groupProblem(group: TargetGroup, options: ScrapeOptions): string | undefined {
  for (const [i, target] of group.targets.entries()) {
    const labels = targetLabels(options, { target, group: group.labels });
    if (labels.kind === 'invalid') return `instance ${i} in group ${group.source}: ${labels.error}`;
  }
  return undefined;
}

/** Why a target of the group is no Alertmanager. Source: notifier/alertmanager.go (AlertmanagerFromGroup). */
export function managerProblem(group: TargetGroup, options: AlertmanagerOptions): string | undefined {
  const rules = options.relabelConfigs.filter((rule) => rule !== undefined);
  const prefix = options.pathPrefix.replace(/^\/?/, '/').replace(/\/+$/, '');
  for (const target of group.targets) {
    const builder = new LabelsBuilder(group.labels);
    builder.set('__scheme__', options.scheme).set('__alerts_path__', `${prefix}/api/v2/alerts`);
    for (const [name, value] of target) builder.set(name, value);
    if (!relabel(builder, rules, 'utf8')) continue;
    const problem = checkTargetAddress(builder.get('__address__'));
    if (problem !== undefined) return problem;
  }
  return undefined;
}
