import assert from 'node:assert/strict';

/**
 * `told`: the sender heard that it is kept. `shown`: committed, and nobody was told; or found by an earlier start.
 * `taken back`: refused, and its bytes were cut off again, which the next sync makes sure of.
 * `doubtful`: refused while the disk also refused to cut back or to sync, so that the bytes may have stayed.
 * `decayed`: was there when bits were turned at rest.
 */
export type Fate = 'open' | 'told' | 'shown' | 'refused' | 'taken back' | 'doubtful' | 'decayed';

export interface Attempt {
  readonly series: string;
  readonly timestampMs: number;
  /** The value's bits, or a histogram's fields. */
  readonly text: string;
  fate: Fate;
  /** Of the commit's end. */
  committedMs: number;
  /** `maybe`: the deletion failed, or was not on stable storage when power was lost. */
  deletion?: 'maybe' | 'done';
}

/** Rows of a query: for each series, text by time. */
export type FoundRows = ReadonlyMap<string, ReadonlyMap<number, string>>;

export interface Expectation {
  /** What must be there. */
  isDue(attempt: Attempt): boolean;
  /** What a start found must be found again. */
  readonly isStart: boolean;
  /** Whether what a start missed may come back: what it mended was not synced, and power may be lost again. */
  readonly mayComeBack: boolean;
}

/** Knows what was sent and what became of it. */
export class Oracle {
  readonly attempts: Attempt[] = [];

  /** From here on what was sent so far may be missing; wrong it may not be. */
  decay(): void {
    for (const attempt of this.attempts) attempt.fate = 'decayed';
    this.doubtDeletions();
  }

  /** What was cut off may be there again, where it was not synced. */
  doubtCuts(): void {
    for (const attempt of this.attempts) if (attempt.fate === 'taken back') attempt.fate = 'doubtful';
  }

  /** What was deleted may be there again. */
  doubtDeletions(): void {
    for (const attempt of this.attempts) if (attempt.deletion === 'done') attempt.deletion = 'maybe';
  }

  /** Samples before a time may go with their blocks. */
  expire(beforeMs: number): void {
    for (const attempt of this.attempts) if (attempt.timestampMs < beforeMs) attempt.deletion ??= 'maybe';
  }

  /** Samples that a deletion names; those whose commit is under way may escape it. */
  deleting(series: string, mintMs: number, maxtMs: number): { readonly seen: readonly Attempt[] } {
    const seen: Attempt[] = [];
    for (const attempt of this.attempts) {
      if (attempt.series !== series || attempt.timestampMs < mintMs || attempt.timestampMs > maxtMs) continue;
      if (attempt.deletion === undefined) attempt.deletion = 'maybe';
      if (attempt.fate === 'told' || attempt.fate === 'shown') seen.push(attempt);
    }
    return { seen };
  }

  /** Nothing wrong, nothing that nobody sent or that was refused, nothing missing that is due. */
  check(found: FoundRows, { isDue, isStart, mayComeBack }: Expectation): void {
    let known = 0;
    for (const attempt of this.attempts) {
      const text = found.get(attempt.series)?.get(attempt.timestampMs);
      if (text === undefined) {
        if (attempt.deletion === undefined && isDue(attempt)) fail('lost', attempt);
      } else {
        known++;
        if (text !== attempt.text) fail('wrong', attempt, text);
        if (attempt.fate === 'refused' || attempt.fate === 'taken back') fail('phantom', attempt, text);
        if (attempt.deletion === 'done') fail('not deleted', attempt, text);
      }
      if (!isStart || attempt.fate === 'decayed' || attempt.deletion !== undefined) continue;
      if (text === undefined) attempt.fate = mayComeBack ? 'doubtful' : 'refused';
      else if (attempt.fate !== 'told') attempt.fate = 'shown';
    }
    let all = 0;
    for (const rows of found.values()) all += rows.size;
    assert.equal(all, known, 'samples that nobody sent');
  }
}

function fail(what: string, { series, timestampMs, fate, text }: Attempt, found?: string): never {
  const codes = (of: string): string => [...of].map((one) => one.charCodeAt(0).toString(16)).join(' ');
  const seen = found === undefined ? '' : `: ${codes(found)} for ${codes(text)}`;
  assert.fail(`${what}: ${series} at ${timestampMs}, ${fate}${seen}`);
}
