import { printable } from './display-text.js';

export const mergeFormats = ['text', 'json'] as const;

interface MergedFigures {
  readonly ulid: string;
  readonly mintMs: number;
  readonly endMs: number;
  readonly stats: { readonly numSamples?: number; readonly numSeries?: number; readonly numChunks?: number };
}

interface ReportedSource {
  readonly directory: string;
  readonly meta: MergedFigures;
  readonly sizeBytes: number;
}

/** What a merge would do, or has done. Times in ms, `endMs` the first that a block may not hold. */
export interface ReportedMerge {
  readonly plan: {
    readonly sources: readonly ReportedSource[];
    readonly outputs: readonly {
      readonly mintMs: number;
      readonly endMs: number;
      readonly sources: readonly ReportedSource[];
    }[];
  };
  /** Undefined where nothing was written; an entry is, where nothing was left for that block. */
  readonly written:
    | readonly ({ readonly directory: string; readonly meta: MergedFigures } | undefined)[]
    | undefined;
}

export function mergeReport(report: ReportedMerge, format: (typeof mergeFormats)[number]): string {
  return format === 'json' ? `${JSON.stringify(jsonOf(report), undefined, 2)}\n` : textOf(report);
}

function jsonOf({ plan, written }: ReportedMerge): object {
  return {
    applied: written !== undefined,
    outputs: plan.outputs.map(({ mintMs, endMs, sources }, i) => ({
      minTime: mintMs,
      maxTime: endMs,
      sources: sources.map(({ directory, meta, sizeBytes }) => ({
        path: directory,
        bytes: sizeBytes,
        ...figuresOf(meta),
      })),
      ...(written === undefined ? {} : { written: writtenOf(written[i]) }),
    })),
  };
}

function writtenOf(
  block: { readonly directory: string; readonly meta: MergedFigures } | undefined,
): object | null {
  return block === undefined ? null : { path: block.directory, ...figuresOf(block.meta) };
}

function figuresOf({ ulid, stats: { numSamples = 0, numSeries = 0, numChunks = 0 } }: MergedFigures): object {
  return { ulid, series: numSeries, samples: numSamples, chunks: numChunks };
}

function textOf({ plan, written }: ReportedMerge): string {
  const lines: string[] = [];
  for (const [i, { mintMs, endMs, sources }] of plan.outputs.entries()) {
    const sum = (of: (source: ReportedSource) => number): number =>
      sources.reduce((total, source) => total + of(source), 0);
    const samples = sum(({ meta }) => meta.stats.numSamples ?? 0);
    const bytes = sum(({ sizeBytes }) => sizeBytes);
    lines.push(
      `${timeText(mintMs)} to ${timeText(endMs)}: one block of ${sources.length}, which have ${samples} samples in ${bytes} bytes`,
    );
    for (const { directory, meta } of sources)
      lines.push(
        `  ${printable(directory)}  ${meta.stats.numSeries ?? 0} series, ${meta.stats.numSamples ?? 0} samples`,
      );
    if (written !== undefined) lines.push(`  ${madeText(written[i])}`);
  }
  if (written === undefined) lines.push('nothing was changed; --apply does it');
  return `${lines.join('\n')}\n`;
}

function madeText(block: { readonly directory: string; readonly meta: MergedFigures } | undefined): string {
  if (block === undefined) return 'nothing was left for it: no block';
  const { numSeries = 0, numSamples = 0, numChunks = 0 } = block.meta.stats;
  return `→ ${printable(block.directory)}  ${numSeries} series, ${numSamples} samples, ${numChunks} chunks`;
}

/** `2026-11-22T08:00:00.000Z`, or the milliseconds where a date cannot hold them. */
function timeText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
