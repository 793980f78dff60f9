export { examinePage, type PageReport } from './examine-page.js';
export { examineTarget, type TargetReport } from './examine-target.js';
export type { FamilyMetadata } from './metadata-cache.js';
export type { ScrapeOptions } from './options.js';
export {
  type DroppedTargetView,
  type ScrapeConfiguration,
  ScrapeManager,
  type ScrapeManagerOptions,
  type TargetView,
} from './scrape-manager.js';
export { createScrapeMetrics, type ScrapeMetrics } from './scrape-metrics.js';
export { type SelfTarget, userAgent } from './scrape-once.js';
export { Target, type TargetHealth, type TargetState } from './target.js';
export { discoveredLabels, type TargetLabels, targetLabels } from './target-labels.js';
