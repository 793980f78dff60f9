import { formatRfc3339 } from '../base/index.js';
import type { Labels } from '../model/index.js';
import { printable } from './display-text.js';
import { renderTable } from './render-table.js';
import { seriesName } from './report-answer.js';

export const logFormats = ['text', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

export interface ReportedLogEntry {
  readonly ref: number;
  readonly labels?: Labels;
  readonly timestampMs?: number;
  readonly startTimestampMs?: number;
  readonly value?: string;
  readonly mintMs?: number;
  readonly maxtMs?: number;
  readonly exemplar?: Labels;
  readonly type?: string;
  readonly unit?: string;
  readonly help?: string;
  readonly file?: number;
  readonly offset?: number;
}

export interface ReportedLogRecord {
  readonly path: string;
  readonly segment: number;
  readonly isCheckpoint: boolean;
  readonly offset: number;
  readonly type: number;
  readonly name: string;
  readonly entryCount: number;
  readonly entries: readonly ReportedLogEntry[];
  readonly fault: string | undefined;
}

const mostShown = 5;

/** A record as one line, with its end. */
export function logRecordLine(record: ReportedLogRecord, format: LogFormat): string {
  return `${format === 'json' ? JSON.stringify(jsonOf(record)) : textOf(record)}\n`;
}

function jsonOf({ entries, entryCount, isCheckpoint, fault, ...place }: ReportedLogRecord): object {
  return {
    ...place,
    checkpoint: isCheckpoint,
    entryCount,
    ...(fault === undefined ? {} : { fault }),
    entries: entries.map(({ labels, exemplar, mintMs, maxtMs, ...entry }) => ({
      ...entry,
      ...(labels === undefined ? {} : { labels: labels.toObject() }),
      ...(exemplar === undefined ? {} : { exemplar: exemplar.toObject() }),
      ...(mintMs === undefined ? {} : { mintMs: jsonTime(mintMs), maxtMs: jsonTime(maxtMs ?? mintMs) }),
    })),
  };
}

/** JSON has no infinity: the ends of time are texts. */
function jsonTime(timeMs: number): number | string {
  return Number.isFinite(timeMs) ? timeMs : String(timeMs);
}

function textOf({
  segment,
  isCheckpoint,
  offset,
  name,
  entries,
  entryCount,
  fault,
}: ReportedLogRecord): string {
  const place = `${isCheckpoint ? 'checkpoint/' : ''}${String(segment).padStart(8, '0')}:${offset}`;
  if (fault !== undefined) return printable(`${place} ${name} ${fault}`);
  const shown = entries.slice(0, mostShown).map(entryText);
  if (entries.length > mostShown) shown.push(`and ${entries.length - mostShown} more`);
  const count = entries.length === entryCount ? `${entryCount}` : `${entries.length} of ${entryCount}`;
  return printable(`${place} ${name} ${count}${shown.length > 0 ? `: ${shown.join('; ')}` : ''}`).replaceAll(
    '\n',
    ' ',
  );
}

function entryText(entry: ReportedLogEntry): string {
  const { ref, labels, timestampMs, startTimestampMs, value, mintMs, maxtMs, exemplar } = entry;
  const parts = [labels === undefined ? `#${ref}` : `#${ref} ${seriesName(labels)}`];
  if (value !== undefined) parts.push(value);
  if (timestampMs !== undefined) parts.push(`@${timestampMs}`);
  if (startTimestampMs !== undefined) parts.push(`since ${startTimestampMs}`);
  if (mintMs !== undefined) parts.push(`${mintMs} to ${maxtMs}`);
  if (exemplar !== undefined) parts.push(seriesName(exemplar));
  if (entry.type !== undefined) parts.push(entry.type);
  if (entry.unit !== undefined && entry.unit !== '') parts.push(entry.unit);
  if (entry.help !== undefined) parts.push(JSON.stringify(entry.help));
  if (entry.file !== undefined) parts.push(`chunk file ${entry.file} at ${entry.offset}`);
  return parts.join(' ');
}

export interface ReportedLogStat {
  readonly path: string;
  readonly segments: number;
  readonly firstSegment: number | undefined;
  readonly lastSegment: number | undefined;
  readonly checkpointSegments: number;
  readonly bytes: number;
  readonly pages: number;
  readonly types: readonly {
    readonly type: number;
    readonly name: string;
    readonly records: number;
    readonly entries: number;
    readonly storedBytes: number;
    readonly bytes: number;
  }[];
  readonly compression: { readonly none: number; readonly snappy: number; readonly zstd: number };
  readonly series: number;
  readonly samples: number;
  readonly exemplars: number;
  readonly metadata: number;
  readonly mintMs: number | undefined;
  readonly maxtMs: number | undefined;
  readonly unknownEntries: number;
  readonly unknownSeries: number;
  readonly damagedRanges: number;
  readonly damagedBytes: number;
}

/** The figures of a log, with the line's end. */
export function logStatText(stat: ReportedLogStat, format: LogFormat): string {
  if (format === 'json') return `${JSON.stringify(stat, undefined, 2)}\n`;
  const { compression, mintMs, maxtMs } = stat;
  const range = stat.firstSegment === undefined ? '' : ` (${stat.firstSegment} to ${stat.lastSegment})`;
  const rows: (readonly [string, string])[] = [
    ['path', stat.path],
    ['segments', `${stat.segments}${range}`],
    ['checkpoint segments', `${stat.checkpointSegments}`],
    ['bytes', `${stat.bytes}`],
    ['pages', `${stat.pages}`],
    ['records', `${stat.types.reduce((sum, { records }) => sum + records, 0)}`],
    ['compression', `none ${compression.none}, snappy ${compression.snappy}, zstd ${compression.zstd}`],
    ['series', `${stat.series}`],
    ['samples', `${stat.samples}`],
    ['exemplars', `${stat.exemplars}`],
    ['metadata', `${stat.metadata}`],
    ['first sample', mintMs === undefined ? '-' : `${mintMs} (${formatRfc3339(mintMs)})`],
    ['last sample', maxtMs === undefined ? '-' : `${maxtMs} (${formatRfc3339(maxtMs)})`],
    ['without series', `${stat.unknownEntries} entries of ${stat.unknownSeries} series`],
    ['damaged', `${stat.damagedBytes} bytes in ${stat.damagedRanges} places`],
  ];
  const right = 'right' as const;
  const columns = [
    { title: 'TYPE', align: right },
    { title: 'RECORD' },
    { title: 'RECORDS', align: right },
    { title: 'ENTRIES', align: right },
    { title: 'STORED BYTES', align: right },
    { title: 'BYTES', align: right },
  ];
  const types = stat.types.map(({ type, name, records, entries, storedBytes, bytes }) => [
    ...[String(type), name, String(records), String(entries), String(storedBytes), String(bytes)],
  ]);
  const head = rows.map(([name, value]) => `${`${name}:`.padEnd(21)}${printable(value)}`).join('\n');
  return `${head}\n\n${renderTable(columns, types)}\n`;
}
