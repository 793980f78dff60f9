import { printable } from './display-text.js';
import type { mergeFormats } from './report-merge.js';

type Format = (typeof mergeFormats)[number];

interface CopiedBlock {
  readonly ulid: string;
  readonly mintMs: number;
  readonly endMs: number;
  readonly stats: { readonly numSamples?: number; readonly numSeries?: number };
}

interface ReportedSnapshot {
  readonly directory: string;
  readonly blocks: readonly CopiedBlock[];
  readonly head: CopiedBlock | undefined;
}

export function snapshotReport({ directory, blocks, head }: ReportedSnapshot, format: Format): string {
  if (format === 'json')
    return json({
      path: directory,
      blocks: blocks.map(figuresOf),
      head: head === undefined ? null : figuresOf(head),
    });
  const lines = [`→ ${printable(directory)}: ${counted(blocks.length, 'block')} linked`];
  if (head !== undefined) {
    const { numSeries = 0, numSamples = 0 } = head.stats;
    lines.push(
      `  and block ${head.ulid} of the logs: ${counted(numSeries, 'series')}, ${counted(numSamples, 'sample')}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function figuresOf({ ulid, mintMs, endMs, stats: { numSeries = 0, numSamples = 0 } }: CopiedBlock): object {
  return { ulid, minTime: mintMs, maxTime: endMs, series: numSeries, samples: numSamples };
}

interface ReportedDeletion {
  readonly series: number;
  readonly samples: number;
  /** Undefined where nothing was done. */
  readonly directory: string | undefined;
}

export function deletionReport({ series, samples, directory }: ReportedDeletion, format: Format): string {
  const isApplied = directory !== undefined;
  if (format === 'json') return json({ applied: isApplied, series, samples, path: directory ?? null });
  const found = `${counted(samples, 'sample')} of ${counted(series, 'series')}`;
  return isApplied
    ? `${found} deleted in ${printable(directory)}\n`
    : `${found} would be deleted\nnothing was changed; --apply does it\n`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 || what === 'series' ? '' : 's'}`;
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
