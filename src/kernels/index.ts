export type { ArenaExports, KernelExports } from './exports.js';
export {
  KernelMemoryError,
  KernelScope,
  Kernels,
  loadKernels,
  type MemoryOptions,
  reserveMemory,
} from './kernels.js';
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
export { quantileOf } from './twins/quantile.js';
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
