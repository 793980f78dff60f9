import type { MetricRegistry } from '../../telemetry/index.js';
import type { Database, DatabaseFigures } from '../../tsdb/index.js';
import { blockFigures } from './block-figures.js';
import type { Figure, Reading } from './figure.js';
import { headFigures } from './head-figures.js';
import { logFigures } from './log-figures.js';

/** Registers what the database counts; nothing is shown before `database()` answers one. */
export function registerDatabaseMetrics(
  registry: MetricRegistry,
  database: () => Database | undefined,
): void {
  let figures: DatabaseFigures | undefined;
  registry.beforeGather(async () => {
    figures = await database()?.figures();
  });
  const reading = (): Reading | undefined => {
    const open = database();
    return open && figures && { database: open, stats: open.stats, figures };
  };
  for (const figure of [...headFigures, ...logFigures, ...blockFigures]) register(registry, figure, reading);
}

function register(registry: MetricRegistry, figure: Figure, reading: () => Reading | undefined): void {
  const from = <T>(read: (reading: Reading) => T): T | undefined => {
    const known = reading();
    return known && read(known);
  };
  if (figure.type === 'histogram') registry.histogramFrom(figure, () => from(figure.read));
  else if (figure.type === 'summary')
    registry.summaryFrom(figure, () => {
      const elapsed = from(figure.read);
      return elapsed && { count: elapsed.count, sum: elapsed.seconds, quantiles: [] };
    });
  else if (figure.type === 'counter') registry.counterFrom(figure, () => from(figure.read) ?? []);
  else registry.gaugeFrom(figure, () => from(figure.read) ?? []);
}
