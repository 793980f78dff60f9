import { jsonList, jsonText } from '../json/index.js';
import type { TargetMetadata, TargetStatus } from '../ports.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';
import { badData, badParameter } from './api-error.js';
import { parseSelector } from './matchers.js';
import { parseInteger } from './parameters.js';

interface Row {
  readonly target: TargetStatus;
  readonly metadata: TargetMetadata;
}

function targetsMetadata({ form }: WebRequest, { ports }: WebContext): Answer {
  const limit = optionalCount(form.get('limit'), 'limit must be a number');
  const matchTarget = form.get('match_target');
  const matchers =
    matchTarget === ''
      ? []
      : parseSelector(matchTarget, ports.parser, (message) => badParameter('match_target', message));
  const metric = form.get('metric');
  const rows: Row[] = [];
  for (const targets of ports.targets.active().values()) {
    for (const target of targets) {
      // Upstream looks at the limit before each target, not before each row.
      if (limit >= 0 && rows.length >= limit) break;
      if (!matchers.every((matcher) => matcher.matches(target.labels.get(matcher.name)))) continue;
      for (const metadata of target.metadata()) {
        if (metric === '' || metadata.metric === metric) rows.push({ target, metadata });
      }
    }
  }
  const data = jsonList(rows, ({ target, metadata }) =>
    jsonText({
      target: target.labels,
      metric: metric === '' ? metadata.metric : undefined,
      type: metadata.type,
      help: metadata.help,
      unit: metadata.unit,
    }),
  );
  return { kind: 'data', data };
}

/** -1 when unsaid. */
export function optionalCount(text: string, error: string): number {
  if (text === '') return -1;
  const count = parseInteger(text);
  if (typeof count === 'string') throw badData(error);
  return count;
}

export const targetsMetadataRoute: Route = { name: '/targets/metadata', methods: { GET: targetsMetadata } };
