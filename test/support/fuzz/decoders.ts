import type { Kernels } from '../../../src/kernels/index.js';
import { archiveDecoders } from './archive-decoders.js';
import { chunkDecoders } from './chunk-decoders.js';
import { chunkFileDecoders } from './chunk-file-decoders.js';
import { headDecoders } from './head-decoders.js';
import { indexDecoders } from './index-decoders.js';
import { logDecoders } from './log-decoders.js';
import { recordDecoders } from './record-decoders.js';
import type { FuzzDecoder } from './run-fuzz.js';
import { smallFileDecoders } from './small-file-decoders.js';

/** Every decoder of bytes on disk. One at a time may run: they share the kernels' memory. */
export async function fuzzDecoders(kernels: Kernels): Promise<FuzzDecoder[]> {
  return [
    ...chunkDecoders(kernels),
    ...chunkFileDecoders(kernels),
    ...indexDecoders(kernels),
    ...recordDecoders(kernels),
    ...logDecoders(kernels),
    ...(await headDecoders()),
    ...smallFileDecoders(),
    ...archiveDecoders(),
  ];
}
