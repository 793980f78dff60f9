/**
 * Kernels of the arena head, for the one thread that writes it, on the head's own memory. What each field is stands in
 * assembly/head-state.ts. Rows, flags and addresses are numbers of 32 bits; `noRow` (-1 as it arrives) is no row.
 */
export interface HeadExports {
  headPlace(
    control: number,
    hotRows: number,
    coldRows: number,
    chunkRangeMs: number,
    samplesPerChunk: number,
  ): void;
  headLimboInit(): void;
  /** False where memory has no room for the tables. */
  headIndexInit(): number;
  headClosedInit(at: number): void;

  headFind(texts: number, pairCount: number, pairs: number): number;
  headCreate(texts: number, pairCount: number, pairs: number, row: number, ref: number): number;
  headMakeBegin(): void;
  headMake(texts: number, count: number, pairs: number, row: number, ref: number): number;
  headAlias(ref: number, row: number): number;
  headForgetRef(ref: number, row: number): void;
  headRow(ref: number): number;
  headRemove(row: number): void;
  headFreeRow(row: number): void;
  headSweepPair(pair: number): number;
  headSweepName(name: number, previous: number, most: number): number;
  headSweepNames(): void;
  headCheckSeries(at: number, end: number, most: number): number;
  headRestoreSeries(at: number, end: number, row: number, rowEnd: number, refs: number, most: number): number;
  headWriteSeries(ref: number, at: number, end: number): number;
  headRestoredEnd(): number;
  headRestoredRow(): number;
  headSymbolCount(): number;
  headPairCount(): number;

  headStage(
    refs: number,
    timestamps: number,
    values: number,
    starts: number,
    rows: number,
    from: number,
    to: number,
    out: number,
    outcomes: number,
    validFrom: number,
    lateFrom: number,
  ): number;
  headStaged(): number;
  headTakeRefusedRows(): number;
  headUnstage(rows: number, from: number, to: number): void;
  headPublish(
    timestamps: number,
    values: number,
    starts: number,
    rows: number,
    from: number,
    to: number,
    commit: number,
    validFrom: number,
    hasWindow: boolean,
    readers: number,
    readerCount: number,
  ): number;
  headReplay(
    refs: number,
    timestamps: number,
    values: number,
    from: number,
    to: number,
    validFrom: number,
    hasWindow: boolean,
  ): number;
  headReplayOpen(table: number): void;
  headReplayGrow(at: number, bytes: number): void;
  headReplayRoom(): number;
  headReplayWaiting(): number;
  headReplayBase(): number;
  headReplayStage(
    refs: number,
    timestamps: number,
    values: number,
    from: number,
    to: number,
    validFrom: number,
    hasWindow: boolean,
  ): number;
  headReplayAim(row: number): void;
  headReplaySettle(validFrom: number, most: number): number;
  headTakeDropped(): number;
  headTakeRefused(): number;
  headTakeUnknown(): number;
  headLowest(): number;
  headHighest(): number;
  headResetTimes(): void;

  headAppendOne(row: number, timestampMs: number, value: number): number;
  headCountCommit(row: number, commit: number, readers: number, readerCount: number): void;
  headCloseOpen(row: number): number;
  headPushChunk(row: number): number;
  headFillChunk(chunk: number, mintMs: number, maxtMs: number, at: number, bytes: number, kind: number): void;
  headTakeClosed(): number;

  headRetire(at: number, size: number): void;
  headReclaim(oldestEpoch: number, most: number): number;
  headLimboCount(): number;

  headCensus(from: number, to: number): void;
  headCensusChunks(): number;
  headCensusStale(): number;
  headCensusHistograms(): number;
}
