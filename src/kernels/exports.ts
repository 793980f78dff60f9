import type { AggregationsExports } from './aggregations.js';
import type { ChunkRecordExports } from './chunk-records.js';
import type { Crc32cExports } from './crc32c.js';
import type { DumpRowsExports } from './dump-rows.js';
import type { FloatFormatExports } from './float-format.js';
import type { HeadExports } from './head.js';
import type { HistogramChunkExports } from './histogram-chunks.js';
import type { IndexPairsExports } from './index-pairs.js';
import type { JsonRowsExports } from './json-rows.js';
import type { RemoteWriteExports } from './remote-write.js';
import type { RowsExports } from './rows.js';
import type { ScanExports } from './scan.js';
import type { SnappyExports } from './snappy.js';
import type { WalSamplesExports } from './wal-samples.js';
import type { WindowsExports } from './windows.js';
import type { XorAppendExports } from './xor-append.js';
import type { XorDecodeExports } from './xor-decode.js';
import type { Xor2Exports } from './xor2.js';

/**
 * What the module exports. Parameters named as addresses are bytes from the memory's start. A `u32` answer arrives
 * signed: read it with `>>> 0` where it may pass 2^31.
 */
export interface ArenaExports {
  start?(): void;
  heapBase(): number;
  arenaInit(base: number, end: number): void;
  arenaExtend(end: number): void;
  arenaAlloc(size: number): number;
  arenaFree(at: number, size: number): void;
  arenaDonate(at: number, size: number): void;
  arenaSize(size: number): number;
  arenaUsed(base: number): number;
  arenaRemaining(): number;
}

export interface KernelExports
  extends ArenaExports,
    HeadExports,
    XorAppendExports,
    XorDecodeExports,
    Xor2Exports,
    HistogramChunkExports,
    FloatFormatExports,
    JsonRowsExports,
    ChunkRecordExports,
    Crc32cExports,
    SnappyExports,
    WalSamplesExports,
    ScanExports,
    WindowsExports,
    AggregationsExports,
    RowsExports,
    DumpRowsExports,
    IndexPairsExports,
    RemoteWriteExports {}
