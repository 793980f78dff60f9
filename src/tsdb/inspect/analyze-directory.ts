import type { Disk } from '../../base/index.js';
import { Kernels, loadKernels, reserveMemory } from '../../kernels/index.js';
import type { Matcher } from '../../model/index.js';
import { analyzeBlock, type BlockAnalysis } from './analyze-block.js';
import { openNamedBlock } from './data-directory.js';

/** Of address space: 28 bytes a pair of name and value are used, and windows of a mebibyte. */
const mostBytes = 2 ** 32;

export interface AnalyzeRequest {
  readonly disk: Disk;
  readonly directory: string;
  /** Its ULID, or undefined for the last one. */
  readonly block: string | undefined;
  readonly limit: number;
  readonly matchers: readonly Matcher[] | undefined;
  /** Whether to read the chunks too. */
  readonly extended: boolean;
  /** Called while chunks are read. */
  readonly onProgress?: (progress: { readonly doneBytes: number; readonly totalBytes: number }) => void;
}

/** Analyzes one block, of a data directory or by itself. Throws `UserError` where there is none, `CorruptionError`. */
export async function analyzeDirectory(request: AnalyzeRequest): Promise<BlockAnalysis> {
  const { disk, directory, block: name, limit, matchers, extended, onProgress } = request;
  const block = await openNamedBlock(disk, { directory, name });
  try {
    const kernels = new Kernels(await loadKernels(disk), reserveMemory({ maxBytes: mostBytes }));
    const totalBytes = block.sizeBytes;
    const onShare =
      onProgress && ((share: number) => onProgress({ doneBytes: share * totalBytes, totalBytes }));
    return analyzeBlock(block, { limit, matchers, kernels, extended, onShare });
  } finally {
    await block.close();
  }
}
