import { compareUtf8, quoteGo } from '../../base/index.js';
import { jsonBody } from '../json/index.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';
import { badData } from './api-error.js';

function scrapePools(_: WebRequest, { ports }: WebContext): Answer {
  return { kind: 'data', data: jsonBody({ scrapePools: [...ports.targets.pools()].sort(compareUtf8) }) };
}

function scrapePoolConfig({ form }: WebRequest, { ports }: WebContext): Answer {
  const pool = form.get('scrapePool');
  if (pool === '') throw badData('no scrapePool parameter provided');
  const yaml = ports.targets.poolConfig(pool);
  if (yaml === undefined) {
    throw badData(`error retrieving scrape config: scrape pool ${quoteGo(pool)} not found`);
  }
  return { kind: 'data', data: jsonBody({ yaml }) };
}

export const scrapePoolsRoute: Route = { name: '/scrape_pools', methods: { GET: scrapePools } };
export const scrapePoolConfigRoute: Route = {
  name: '/scrape_pools/config',
  methods: { GET: scrapePoolConfig },
};
