export type { BlockAnalysis, CountedKey } from './analyze-block.js';
export type { ChunkAnalysis, ChunkFigures } from './analyze-chunks.js';
export { type AnalyzeRequest, analyzeDirectory } from './analyze-directory.js';
export { type DumpForm, type DumpOutcome, type DumpRequest, dumpDatabase } from './dump-database.js';
export { type BlockFigures, type BlockReport, reportBlocks } from './report-blocks.js';
