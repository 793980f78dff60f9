import type { TargetGroup } from './target-group.js';

/** Finds targets for as long as it runs. A provider keeps its last good groups when it fails to find them anew. */
export interface Provider {
  /** Hands over all groups at once whenever they change, the first time as soon as they are known. */
  start(onGroups: (groups: readonly TargetGroup[]) => void): void;
  stop(): void;
}
