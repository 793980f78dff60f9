import type { Route } from '../route.js';
import { adminRoutes } from './admin.js';
import { formatQueryRoute } from './format-query.js';
import { labelValuesRoute } from './label-values.js';
import { labelsRoute } from './labels.js';
import { metadataRoute } from './metadata.js';
import { notEnabledRoutes } from './not-enabled.js';
import { parseQueryRoute } from './parse-query.js';
import { queryRoute } from './query.js';
import { queryExemplarsRoute } from './query-exemplars.js';
import { queryRangeRoute } from './query-range.js';
import { alertmanagersRoute, alertsRoute, rulesRoute } from './rules.js';
import { scrapePoolConfigRoute, scrapePoolsRoute } from './scrape-pools.js';
import { seriesRoute } from './series.js';
import {
  notificationsRoute,
  statusBuildInfoRoute,
  statusConfigRoute,
  statusFlagsRoute,
  statusRuntimeInfoRoute,
  statusWalReplayRoute,
} from './status.js';
import { statusTsdbRoute } from './status-tsdb.js';
import { targetsRoute } from './targets.js';
import { targetsMetadataRoute } from './targets-metadata.js';
import { writeRoute } from './write.js';

/** Everything under /api/v1, each path once. */
export const apiRoutes: readonly Route[] = [
  queryRoute,
  queryRangeRoute,
  queryExemplarsRoute,
  formatQueryRoute,
  parseQueryRoute,
  labelsRoute,
  labelValuesRoute,
  seriesRoute,
  scrapePoolsRoute,
  scrapePoolConfigRoute,
  targetsRoute,
  targetsMetadataRoute,
  alertmanagersRoute,
  metadataRoute,
  statusConfigRoute,
  statusRuntimeInfoRoute,
  statusBuildInfoRoute,
  statusFlagsRoute,
  statusTsdbRoute,
  statusWalReplayRoute,
  notificationsRoute,
  alertsRoute,
  rulesRoute,
  ...adminRoutes,
  writeRoute,
  ...notEnabledRoutes,
].map((route) => ({ api: true, needsReady: true, compress: true, ...route, name: `/api/v1${route.name}` }));
