import { formatGoDuration } from '../base/index.js';
import { csvLine } from './render-table.js';
import type { TableFile } from './write-parquet.js';

/** One block in a list; times in ms, `endMs` the first that it may not hold. */
export interface ListedBlockFigures {
  readonly ulid: string;
  readonly mintMs: number;
  readonly endMs: number;
  readonly sampleCount: number;
  readonly chunkCount: number;
  readonly seriesCount: number;
  readonly sizeBytes: number;
  readonly level: number;
}

export const blockListFormats = ['table', 'json', 'csv', 'parquet'] as const;

const titles = [
  'BLOCK ULID',
  'MIN TIME',
  'MAX TIME',
  'DURATION',
  'NUM SAMPLES',
  'NUM CHUNKS',
  'NUM SERIES',
  'SIZE',
];
/** Of promtool's columns: the least width, and what stands between. Source: cmd/promtool/tsdb.go `printBlocks`. */
const leastWidth = 13;
const padding = 2;

/** The list as promtool prints it. */
export function renderBlockList(blocks: readonly ListedBlockFigures[], isHumanReadable: boolean): string {
  const time = (ms: number): string => (isHumanReadable ? goTime(ms) : String(ms));
  const rows = blocks.map((block) => [
    block.ulid,
    time(block.mintMs),
    time(block.endMs),
    formatGoDuration(block.endMs - block.mintMs),
    String(block.sampleCount),
    String(block.chunkCount),
    String(block.seriesCount),
    isHumanReadable ? binaryBytes(block.sizeBytes) : String(block.sizeBytes),
  ]);
  const lines = [titles, ...rows];
  const widths = titles.map((_, i) =>
    lines.reduce((width, line) => Math.max(width, (line[i] as string).length + padding), leastWidth),
  );
  const last = titles.length - 1;
  return lines
    .map(
      (line) => `${line.map((cell, i) => (i === last ? cell : cell.padEnd(widths[i] as number))).join('')}\n`,
    )
    .join('');
}

/** `2023-11-14 22:13:20 +0000 UTC`, to the second towards 1970. Source: time.Time.String. */
function goTime(ms: number): string {
  const text = new Date(Math.trunc(ms / 1000) * 1000).toISOString();
  return `${text.slice(0, -5).replace('T', ' ')} +0000 UTC`;
}

/** `84KiB888B`. Source: alecthomas/units `Base2Bytes.String`. */
function binaryBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let rest = bytes;
  let text = '';
  for (const unit of units) {
    if (rest % 1024 !== 0 || (rest === 0 && text === '')) text = `${rest % 1024}${unit}${text}`;
    rest = Math.floor(rest / 1024);
    if (rest === 0) break;
  }
  return text;
}

const fields = [
  'ulid',
  'min_time',
  'max_time',
  'num_samples',
  'num_chunks',
  'num_series',
  'size_bytes',
  'level',
];

function cellsOf(block: ListedBlockFigures): readonly (string | number)[] {
  const { ulid, mintMs, endMs, sampleCount, chunkCount, seriesCount, sizeBytes, level } = block;
  return [ulid, mintMs, endMs, sampleCount, chunkCount, seriesCount, sizeBytes, level];
}

/** Times in ms. */
export function blockListCsv(blocks: readonly ListedBlockFigures[]): string {
  return [fields, ...blocks.map((block) => cellsOf(block).map(String))]
    .map((row) => `${csvLine(row)}\n`)
    .join('');
}

/** One block a line. */
export function blockListJson(blocks: readonly ListedBlockFigures[]): string {
  const lines = blocks.map((block) => {
    const cells = cellsOf(block);
    return JSON.stringify(Object.fromEntries(fields.map((field, i) => [field, cells[i]])));
  });
  return lines.length === 0 ? '[]\n' : `[\n${lines.join(',\n')}\n]\n`;
}

export function blockListTable(blocks: readonly ListedBlockFigures[]): TableFile {
  const columns = fields.map((name) => ({
    name,
    kind: name === 'ulid' ? ('text' as const) : ('whole' as const),
  }));
  return { columns, rows: blocks.map(cellsOf) };
}
