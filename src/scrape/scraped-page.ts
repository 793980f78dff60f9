import type { Steps } from '../base/index.js';
import type { Exemplar, Labels, Metadata } from '../model/index.js';

/**
 * A target's page as columns, rows 0 to `length`, in the page's order. What stood before an error is there too.
 * The columns and `bytes` are valid until the page's body is released.
 */
export interface ScrapedPage {
  readonly length: number;
  readonly bytes: Uint8Array;
  /** The text of row i's series: the same text is the same series of this target. Ends are excluded. */
  readonly seriesStart: Uint32Array;
  readonly seriesEnd: Uint32Array;
  /** NaN payloads stand as bits. */
  readonly values: Float64Array;
  /** Milliseconds; NaN where the row has no timestamp of its own. */
  readonly timestamps: Float64Array;
  /** Row i's labels as the target wrote them, metric name included. Cheap to ask for together with `duplicateLabel`. */
  labels(row: number): Labels;
  /** A label name that row i has twice, which no store takes. */
  duplicateLabel(row: number): string | undefined;
  /** By row, in page order; rows without exemplars are absent. */
  readonly exemplars: ReadonlyMap<number, readonly Exemplar[]>;
  /** By metric family. Fields that the page does not say are absent. */
  metadata(): Steps<ReadonlyMap<string, Partial<Metadata>>>;
  /** Equal for pages of one target that say the same metadata. */
  readonly metadataSignature: string;
  /** Upstream's text of what ends the page early. */
  readonly error: string | undefined;
}
