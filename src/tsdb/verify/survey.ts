import { type DirectoryEntry, type Disk, errnoOf } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import { type Finding, Findings } from './findings.js';
import { PieceReader } from './piece-reader.js';

/** What was looked at. */
export interface SurveyCounts {
  files: number;
  bytes: number;
  blocks: number;
  series: number;
  chunks: number;
  samples: number;
  segments: number;
  records: number;
}

/** One run over files: what it works with, what it found and how far it came. */
export class Survey {
  readonly disk: Disk;
  readonly kernels: Kernels;
  readonly findings: Findings;
  readonly counts: SurveyCounts = {
    files: 0,
    bytes: 0,
    blocks: 0,
    series: 0,
    chunks: 0,
    samples: 0,
    segments: 0,
    records: 0,
  };
  readonly #onProgress: (doneBytes: number) => void;

  constructor(options: {
    readonly disk: Disk;
    readonly kernels: Kernels;
    readonly onFinding: (finding: Finding) => void;
    readonly onProgress?: ((doneBytes: number) => void) | undefined;
  }) {
    this.disk = options.disk;
    this.kernels = options.kernels;
    this.findings = new Findings(options.onFinding);
    this.#onProgress = options.onProgress ?? (() => {});
  }

  countFile(): void {
    this.counts.files++;
  }

  readonly addBytes = (bytes: number): void => {
    this.counts.bytes += bytes;
    this.#onProgress(this.counts.bytes);
  };

  reader(): PieceReader {
    return new PieceReader(this.kernels, this.addBytes);
  }

  /** Empty where the directory is absent or cannot be read, which is then a finding. */
  async list(directory: string): Promise<DirectoryEntry[]> {
    try {
      return await this.disk.list(directory);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') this.findings.failure(error, 'unreadable', directory);
      return [];
    }
  }
}
