/** How long blocks are kept. 0 is for ever, as large as they may become. */
export interface Retention {
  readonly timeMs: number;
  readonly sizeBytes: number;
  /** Of the file system; where it is above 0 and the size is known, it stands in the place of `sizeBytes`. */
  readonly percentage: number;
}

export const keepForEver: Retention = { timeMs: 0, sizeBytes: 0, percentage: 0 };

export interface RetainedBlock {
  readonly ulid: string;
  /** The first time that is not in it. */
  readonly endMs: number;
  readonly sizeBytes: number;
}

export interface BeyondRetention {
  readonly byTime: readonly string[];
  readonly bySize: readonly string[];
}

/**
 * Blocks that are to go: those that end the span or more before the newest one does, and those that do not fit beside
 * the log, the head's chunks and newer blocks. A block that says it ends behind `latestMs` is not believed: one bit of a
 * `meta.json` would remove all the others. Source: tsdb/db.go (BeyondTimeRetention, BeyondSizeRetention).
 */
export function beyondRetention(
  blocks: readonly RetainedBlock[],
  {
    timeMs,
    sizeBytes,
    headBytes,
    latestMs = Number.POSITIVE_INFINITY,
  }: { timeMs: number; sizeBytes: number; headBytes: number; latestMs?: number },
): BeyondRetention {
  const newestFirst = [...blocks].sort((a, b) => b.endMs - a.endMs);
  const ulids = newestFirst.map(({ ulid }) => ulid);
  const newestMs = Math.min(newestFirst[0]?.endMs ?? 0, latestMs);
  const old = newestFirst.findIndex(({ endMs }, i) => i > 0 && newestMs - endMs >= timeMs);
  const byTime = timeMs > 0 && old > 0 ? ulids.slice(old) : [];
  let sum = headBytes;
  const large = newestFirst.findIndex((block) => {
    sum += block.sizeBytes;
    return sum > sizeBytes;
  });
  const bySize = sizeBytes > 0 && large >= 0 ? ulids.slice(large) : [];
  return { byTime, bySize };
}
