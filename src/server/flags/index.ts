import { otherFlags } from './other-flags.js';
import type { ServerFlag } from './server-flag.js';
import { storageFlags } from './storage-flags.js';
import { webFlags } from './web-flags.js';

export type { ServerFlag } from './server-flag.js';

/** All flags of the server. */
export const serverFlags: readonly ServerFlag[] = [...otherFlags, ...webFlags, ...storageFlags];
