import { CorruptionError, errnoOf, messageOf } from '../../base/index.js';

/**
 * `damage`: bytes are not what they must be. `unreadable`: the system refuses them. `warning`: odd, and nothing is
 * lost by it. `info`: worth knowing.
 */
export type Severity = 'damage' | 'unreadable' | 'warning' | 'info';

const restoreBlock =
  'restore the block from a replica or a backup, or move it out of the data directory and lose its span';
const restart =
  'start the server: it keeps every whole record and puts a copy of the segment into quarantine';
const nothing = 'nothing need be done';

/** What a finding is about, and what to do next. */
const adviceOf = {
  meta: 'restore meta.json from a replica or a backup: without it the block is not loaded',
  stats: 'compare with a replica: the numbers in meta.json or the files beside it were changed',
  index: restoreBlock,
  series: restoreBlock,
  postings: restoreBlock,
  chunk: restoreBlock,
  window: 'compare with a replica: queries by time may miss these samples',
  unreferenced: 'nothing need be done: no query reads these bytes, and a compaction leaves them out',
  tombstones: 'restore the file from a replica or a backup, or remove it and delete the samples again',
  overlap: 'nothing need be done: overlapping blocks are merged by a compaction',
  gap: nothing,
  leftover: 'nothing need be done: the next start of the server removes it',
  foreign: nothing,
  'wal-record': restart,
  'wal-torn': 'nothing need be done: the next start of the server cuts it off',
  'wal-gap': 'restore the segment from a backup, or start the server: it goes on without it',
  'wal-ref': 'nothing need be done: a start passes over them',
  'wal-marker':
    'nothing need be done: a start keeps what the log has of these late samples, and may keep it twice',
  'wal-unsupported': 'read it with a Prometheus of the version that wrote it',
  'head-chunk': 'start the server: it cuts the file there and reads those samples from the log',
  'head-torn': 'nothing need be done: the next start of the server cuts it off',
  unreadable: 'check the permissions of the file, the disk, and the system log',
  gone: 'nothing need be done: a running server removed it in the meantime',
} as const;

export type FindingCode = keyof typeof adviceOf;

export interface Finding {
  readonly severity: Severity;
  readonly code: FindingCode;
  readonly path: string;
  /** Undefined where the finding is about the whole file. */
  readonly offset: number | undefined;
  readonly message: string;
  readonly advice: string;
}

/** Of one kind in one file; a file of another program must not fill the memory with findings. */
const mostAlike = 50;

export class Findings {
  readonly counts: Record<Severity, number> = { damage: 0, unreadable: 0, warning: 0, info: 0 };
  readonly #onFinding: (finding: Finding) => void;
  readonly #alike = new Map<string, { code: FindingCode; path: string; severity: Severity; count: number }>();

  constructor(onFinding: (finding: Finding) => void) {
    this.#onFinding = onFinding;
  }

  add(
    severity: Severity,
    code: FindingCode,
    place: { path: string; offset?: number },
    message: string,
  ): void {
    this.counts[severity]++;
    const key = `${code} ${severity} ${place.path}`;
    const alike = this.#alike.get(key) ?? { code, severity, path: place.path, count: 0 };
    this.#alike.set(key, alike);
    alike.count++;
    if (alike.count > mostAlike) return;
    const { path, offset } = place;
    this.#onFinding({ severity, code, path, offset, message, advice: adviceOf[code] });
  }

  damage(code: FindingCode, place: { path: string; offset?: number }, message: string): void {
    this.add('damage', code, place, message);
  }

  info(code: FindingCode, path: string, message: string): void {
    this.add('info', code, { path }, message);
  }

  /** What stopped the reading of a file: damage where its bytes were wrong, else what the system said. */
  failure(error: unknown, code: FindingCode, path: string): void {
    if (error instanceof CorruptionError) {
      const { offset, expected, found } = error;
      this.damage(code, { path, offset }, `expected ${expected}, found ${found}`);
      return;
    }
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (errno === 'ENOENT') this.add('info', 'gone', { path }, 'the file is gone');
    else this.add('unreadable', 'unreadable', { path }, messageOf(error));
  }

  /** Says how many were held back. */
  finish(): void {
    for (const { code, path, severity, count } of this.#alike.values()) {
      if (count <= mostAlike) continue;
      const message = `${count - mostAlike} more like these`;
      this.#onFinding({ severity, code, path, offset: undefined, message, advice: adviceOf[code] });
    }
  }
}
