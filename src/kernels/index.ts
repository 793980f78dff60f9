export { aggregateOps } from './aggregations.js';
export { mostChunkRecords } from './chunk-records.js';
export {
  dumpRowBytes,
  dumpRowFieldBytes,
  dumpRowFields,
  dumpSecondsLimitMs,
  dumpTimeForms,
} from './dump-rows.js';
export type { ArenaExports, KernelExports } from './exports.js';
export { floatForms } from './float-format.js';
export { installFloatPowers } from './float-powers.js';
export { installFormatPowers } from './format-powers.js';
export { histogramCursor, histogramCursorFlags, histogramRowFlags } from './histogram-chunks.js';
export { indexPairsStop, pairTableFields, pairTableHeadBytes } from './index-pairs.js';
export { inflateSnappy } from './inflate-snappy.js';
export { jsonRowFieldBytes, jsonRowFields, jsonSlotBytes } from './json-rows.js';
export { KernelBuffer } from './kernel-buffer.js';
export {
  KernelMemoryError,
  KernelScope,
  Kernels,
  loadKernels,
  type MemoryOptions,
  reserveMemory,
} from './kernels.js';
export { PageScan, type ScanRows, type ScanStart } from './page-scan.js';
export { RemoteRequest } from './remote-request.js';
export { RemoteTable } from './remote-table.js';
export { rowArithmeticOps, rowComparisonOps } from './rows.js';
export {
  type SlotColumns,
  scanKeys,
  scanReasons,
  scanRowCapacity,
  slotFlags,
  untrackedRow,
} from './scan.js';
export { ScopePages } from './scope-pages.js';
export { SnappyPacker, SnappyUnpacker } from './snappy-packer.js';
export {
  addAverage,
  addCount,
  addMax,
  addMin,
  addSum,
  addVariance,
  type FloatRow,
  finishAverage,
  finishSum,
  type GroupColumns,
} from './twins/aggregations.js';
export { BitReader, BitWriter } from './twins/bit-stream.js';
export { readVarbitInt, readVarbitUint, writeVarbitInt, writeVarbitUint } from './twins/bit-stream-varbit.js';
export { crc32c } from './twins/crc32c.js';
export { type DumpedRows, dumpRowsText } from './twins/dump-rows.js';
export { quantileOf } from './twins/quantile.js';
export { combineRows, compareRows, type RowOperand, type RowTarget, siftRow } from './twins/rows.js';
export { snappyCompress, snappyMaxCompressedBytes } from './twins/snappy-compress.js';
export { snappyDecompress, snappyDecompressedLength } from './twins/snappy-decompress.js';
export {
  type LatestInput,
  latestRows,
  markWindows,
  reduceWindows,
  type WindowInput,
  type WindowOutput,
  type WindowReducer,
  type WindowReport,
} from './twins/windows.js';
export {
  averageOverTime,
  deviationOverTime,
  maxOverTime,
  medianDeviationOverTime,
  minOverTime,
  quantileOverTime,
  smoothOverTime,
  sumOverTime,
  timeOfMax,
  timeOfMin,
  varianceOverTime,
} from './twins/windows-over-time.js';
export {
  changesWindow,
  goSeconds,
  instantRateWindow,
  isStartReset,
  type RateOptions,
  type RateReport,
  rateWindow,
  resetsWindow,
} from './twins/windows-rate.js';
export { derivWindow, predictLinearWindow } from './twins/windows-regression.js';
export {
  chunkFault,
  chunkTimeLimitMs,
  decodeXor,
  type FloatRows,
  resumeXor,
  XorEncoder,
} from './twins/xor.js';
export { XorValues } from './twins/xor-values.js';
export { decodeXor2, resumeXor2, Xor2Encoder } from './twins/xor2.js';
export { StartTimestamps } from './twins/xor2-starts.js';
export { hashLabels, xxhash64 } from './twins/xxhash64.js';
export { WindowRunner } from './window-runner.js';
export {
  type ColumnsPlace,
  type RowPlace,
  type WindowGrid,
  type WindowOp,
  windowOps,
} from './windows.js';
export { noRoomForChunk } from './xor-decode.js';
