/**
 * Warnings and infos of an evaluation, with upstream's texts; one each text, placed where it was last met.
 * Source: util/annotations/annotations.go.
 */
import { encodeUtf8, formatFloatShortest, formatGoGeneral, quoteGo } from '../../base/index.js';
import type { PositionRange } from '../ast/index.js';

const monotonicityText =
  'input to histogram_quantile needed to be fixed for monotonicity ' +
  '(see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)';

export interface ForcedMonotonicity {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly minBucket: number;
  readonly maxBucket: number;
  readonly maxDifference: number;
  /** How often, as upstream counts. */
  readonly count: bigint;
}

export type HistogramOperation = 'addition' | 'subtraction' | 'aggregation';

const nanTexts = {
  'quantile result': 'input to histogram_quantile has NaN observations, result is NaN',
  'quantile skew': 'input to histogram_quantile has NaN observations, result is skewed higher',
  fraction: 'input to histogram_fraction has NaN observations, which are excluded from all fractions',
} as const;
export type NaNObservations = keyof typeof nanTexts;

interface Note {
  readonly level: 'warning' | 'info';
  readonly text: string;
  position: PositionRange;
  /** What follows the text once everything is known. */
  detail: (() => string) | undefined;
}

export class Annotations {
  readonly #notes = new Map<string, Note>();
  readonly #storage = new Set<string>();
  readonly #monotonicity = new Map<string, MonotonicityRange>();
  readonly #overlaps = new Map<string, number>();

  /** A warning of a store: printed as it is. */
  addStorageWarning(text: string): void {
    this.#storage.add(text);
  }

  warn(text: string, position: PositionRange): void {
    this.#add('warning', text, position);
  }

  info(text: string, position: PositionRange): void {
    this.#add('info', text, position);
  }

  #add(level: Note['level'], text: string, position: PositionRange, detail?: () => string): void {
    this.#notes.set(`${level} ${text}`, { level, text, position, detail });
  }

  invalidQuantile(q: number, position: PositionRange): void {
    this.warn(`quantile value should be between 0 and 1, got ${formatFloatShortest(q)}`, position);
  }

  mixedFloatsHistograms(metricName: string, position: PositionRange): void {
    this.warn(`encountered a mix of histograms and floats for metric name ${quoteGo(metricName)}`, position);
  }

  histogramIgnoredInAggregation(op: string, position: PositionRange): void {
    this.info(`ignored histogram in ${op} aggregation`, position);
  }

  histogramIgnoredInMixedRange(metricName: string, position: PositionRange): void {
    const subject = 'ignored histograms in a range containing both floats and histograms for metric name';
    this.info(`${subject} ${quoteGo(metricName)}`, position);
  }

  mixedFloatsHistogramsInAggregation(position: PositionRange): void {
    this.warn('encountered a mix of histograms and floats for aggregation', position);
  }

  mixedClassicNative(metricName: string, position: PositionRange): void {
    this.warn(withMetricName('vector contains a mix of classic and native histograms', metricName), position);
  }

  mixedSchemas(metricName: string, position: PositionRange): void {
    const subject =
      'vector contains a mix of histograms with exponential and custom buckets schemas for metric name';
    this.warn(`${subject} ${quoteGo(metricName)}`, position);
  }

  /** A function for counters met a gauge, or the other way round. */
  wrongHistogramKind(kind: 'counter' | 'gauge', metricName: string, position: PositionRange): void {
    this.warn(`this native histogram metric is not a ${kind}: ${quoteGo(metricName)}`, position);
  }

  hintsCollide(operation: HistogramOperation, position: PositionRange): void {
    this.warn(`conflicting counter resets during histogram ${operation}`, position);
  }

  reconciledBuckets(operation: HistogramOperation, position: PositionRange): void {
    this.info(`mismatched custom buckets were reconciled during ${operation}`, position);
  }

  /** Observations that are no numbers, where their share is asked for. */
  observationsAreNaN(what: NaNObservations, metricName: string, position: PositionRange): void {
    this.info(withMetricName(nanTexts[what], metricName), position);
  }

  badBucketLabel(metricName: string, label: string, position: PositionRange): void {
    const text = `bucket label "le" is missing or has a malformed value of ${quoteGo(label)}`;
    this.warn(withMetricName(text, metricName), position);
  }

  startTimeOverlap(metricName: string, windows: number, position: PositionRange): void {
    const subject = 'sample has start time that overlaps with previous sample timestamp for metric';
    const text = `${subject} ${quoteGo(metricName)}`;
    this.#overlaps.set(text, (this.#overlaps.get(text) ?? 0) + windows);
    // Upstream adds later ones up at the place of the first.
    if (this.#overlaps.get(text) !== windows) return;
    this.#add('warning', text, position, () => {
      const count = this.#overlaps.get(text) ?? 0;
      return count > 1 ? ` (${count} occurrences)` : '';
    });
  }

  forcedMonotonicity(metricName: string, forced: ForcedMonotonicity, position: PositionRange): void {
    const text = withMetricName(monotonicityText, metricName);
    const range = this.#monotonicity.get(text) ?? new MonotonicityRange();
    this.#monotonicity.set(text, range);
    range.add(forced);
    // Unlike others these stand where the first was met.
    const first = this.#notes.get(`info ${text}`)?.position ?? position;
    this.#add('info', text, first, () => range.describe());
  }

  /** Positions count lines and bytes of `query`. */
  list(query: string): { warnings: string[]; infos: string[] } {
    const warnings = [...this.#storage];
    const infos: string[] = [];
    for (const { level, text, position, detail } of this.#notes.values()) {
      const place = lineAndColumn(query, position.start);
      (level === 'warning' ? warnings : infos).push(`PromQL ${level}: ${text}${detail?.() ?? ''} (${place})`);
    }
    return { warnings, infos };
  }
}

function withMetricName(text: string, metricName: string): string {
  return metricName === '' ? text : `${text} for metric name ${quoteGo(metricName)}`;
}

/** Source: promql/parser/posrange. */
function lineAndColumn(query: string, position: number): string {
  if (query === '') return 'unknown position';
  const bytes = encodeUtf8(query);
  if (position < 0 || position > bytes.length) return 'invalid position';
  let line = 1;
  let lastBreak = -1;
  for (let i = 0; i < position; i++) {
    if (bytes[i] !== 10) continue;
    lastBreak = i;
    line++;
  }
  return `${line}:${position - lastBreak}`;
}

class MonotonicityRange {
  #count = 0n;
  #firstMs = Number.POSITIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;
  #minBucket = Number.POSITIVE_INFINITY;
  #maxBucket = Number.NEGATIVE_INFINITY;
  #maxDifference = 0;

  add({ firstMs, lastMs, minBucket, maxBucket, maxDifference, count }: ForcedMonotonicity): void {
    this.#count = BigInt.asIntN(64, this.#count + count);
    this.#firstMs = Math.min(this.#firstMs, firstMs);
    this.#lastMs = Math.max(this.#lastMs, lastMs);
    this.#minBucket = Math.min(this.#minBucket, minBucket);
    this.#maxBucket = Math.max(this.#maxBucket, maxBucket);
    this.#maxDifference = Math.max(this.#maxDifference, maxDifference);
  }

  describe(): string {
    const buckets = `${formatFloatShortest(this.#minBucket)} to ${formatFloatShortest(this.#maxBucket)}`;
    const span = `from ${rfc3339(this.#firstMs)} to ${rfc3339(this.#lastMs)}`;
    const difference = formatGoGeneral(this.#maxDifference, 2);
    return `, from buckets ${buckets}, with a max diff of ${difference}, over ${this.#count} samples ${span}`;
  }
}

/** Whole seconds in UTC. */
function rfc3339(ms: number): string {
  return `${new Date(Math.trunc(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}
