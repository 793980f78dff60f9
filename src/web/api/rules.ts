/**
 * Rules and alerts of a server without rules: parameters are checked, lists are empty. Dashboards ask for
 * them on every page.
 */
import { quoteGo } from '../../base/index.js';
import type { Form } from '../form.js';
import { jsonBody } from '../json/index.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';
import { badData, badParameter } from './api-error.js';
import { matcherSets } from './matchers.js';

function rules({ form, query }: WebRequest, { ports }: WebContext): Answer {
  if (form.error !== undefined) throw badData(`error parsing form values: ${form.error}`);
  matcherSets(form.all('match[]'), ports.parser);
  const type = query.get('type').toLowerCase();
  if (type !== '' && type !== 'alert' && type !== 'record') {
    throw badParameter('type', `not supported value ${quoteGo(type)}`);
  }
  checkExcludeAlerts(query);
  const nextToken = checkPaging(query);
  if (nextToken !== '') {
    throw badParameter(
      'group_next_token',
      `invalid group_next_token '${nextToken}'. were rule groups changed?`,
    );
  }
  return { kind: 'data', data: jsonBody({ groups: [] }) };
}

function checkExcludeAlerts(query: Form): void {
  const text = query.get('exclude_alerts').toLowerCase();
  if (text === '' || /^(1|t|true|0|f|false)$/.test(text)) return;
  throw badParameter(
    'exclude_alerts',
    `error converting exclude_alerts: strconv.ParseBool: parsing ${quoteGo(text)}: invalid syntax`,
  );
}

/** The token of the page asked for, "" for the first. */
function checkPaging(query: Form): string {
  const limit = query.get('group_limit');
  const token = query.get('group_next_token');
  if (token !== '' && limit === '') {
    throw badParameter(
      'group_next_token',
      'group_limit needs to be present in order to paginate over the groups',
    );
  }
  if (limit === '') return '';
  const count = /^[+-]?[0-9]+$/.test(limit) ? Number(limit) : Number.NaN;
  if (!(count >= -(2 ** 31) && count < 2 ** 31)) {
    const reason = Number.isNaN(count) ? 'invalid syntax' : 'value out of range';
    throw badParameter(
      'group_limit',
      `group_limit needs to be a valid number: strconv.ParseInt: parsing ${quoteGo(limit)}: ${reason}`,
    );
  }
  if (count <= 0) throw badParameter('group_limit', 'group_limit needs to be greater than 0');
  return token;
}

function alerts(): Answer {
  return { kind: 'data', data: jsonBody({ alerts: [] }) };
}

function alertmanagers(): Answer {
  return { kind: 'data', data: jsonBody({ activeAlertmanagers: [], droppedAlertmanagers: [] }) };
}

export const rulesRoute: Route = { name: '/rules', methods: { GET: rules } };
export const alertsRoute: Route = { name: '/alerts', methods: { GET: alerts } };
export const alertmanagersRoute: Route = { name: '/alertmanagers', methods: { GET: alertmanagers } };
