export { DiscoveryManager, type DiscoveryManagerOptions } from './discovery-manager.js';
export { expandGlob } from './file/expand-glob.js';
export { readTargetFile, type TargetFile } from './file/read-target-file.js';
export type { DiscoveryOptions, FileDiscoveryOptions, Mechanism } from './options.js';
export { checkTargetAddress, runnableMechanisms } from './options.js';
export type { Provider } from './provider.js';
export type { TargetGroup } from './target-group.js';
