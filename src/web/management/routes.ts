import type { Route } from '../route.js';
import { healthyRoute, readyRoute } from './health.js';
import { graphRoute, homeRoute } from './home.js';
import { quitRoute, reloadRoute } from './lifecycle.js';
import { hostMetricsRoute, metricsRoute } from './metrics.js';
import { versionRoute } from './version.js';

export const managementRoutes: readonly Route[] = [
  homeRoute,
  graphRoute,
  versionRoute,
  metricsRoute,
  hostMetricsRoute,
  healthyRoute,
  readyRoute,
  reloadRoute,
  quitRoute,
];
