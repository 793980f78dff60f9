// npm start: prepares the checkout, then runs a server on the pinned runtime. Arguments go to `tsprom server`.
import path from 'node:path';
import { handOver } from './hand-over.js';
import { pinnedNode, prepare, root } from './prepare.js';

prepare();
handOver(pinnedNode, [path.join(root, 'bin', 'run.js'), 'server', ...process.argv.slice(2)]);
