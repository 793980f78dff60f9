import { byteClasses, isMetricByte, isMetricStart, isTextValueByte } from '../byte-classes.js';
import { floatStatus, readFloat } from '../read-float.js';
import { passLabels } from './pass-labels.js';
import type { SampleColumns } from './scan-columns.js';

/** More digits than a timestamp needs, and all of them exact. */
const longestTimestamp = 15;

/**
 * Reads plain sample lines of the text format from `start` on, and stops at the first line that is anything else:
 * the answer is where that line begins. Everything is byte ranges and numbers, so that a kernel can take its place.
 * The byte before `end` is a line feed.
 */
export function scanTextLines(
  bytes: Uint8Array,
  start: number,
  end: number,
  columns: SampleColumns,
  metricType: number,
): number {
  let lineStart = start;
  let row = columns.count;
  while (lineStart < end) {
    let at = lineStart;
    let byte = bytes[at] as number;
    if (((byteClasses[byte] as number) & isMetricStart) === 0) break;
    do byte = bytes[++at] as number;
    while (((byteClasses[byte] as number) & isMetricByte) !== 0);
    let seriesEnd = at;
    while (byte === 0x20 || byte === 0x09) byte = bytes[++at] as number;
    if (byte === 0x7b) {
      at = passLabels(bytes, at + 1, true);
      if (at < 0) break;
      seriesEnd = at;
      byte = bytes[at] as number;
      while (byte === 0x20 || byte === 0x09) byte = bytes[++at] as number;
    }
    const valueStart = at;
    while (((byteClasses[byte] as number) & isTextValueByte) !== 0) byte = bytes[++at] as number;
    if (row === columns.capacity) {
      columns.count = row;
      columns.grow();
    }
    if (readFloat(bytes, valueStart, at, columns.values, row) !== floatStatus.ok) break;
    while (byte === 0x20 || byte === 0x09) byte = bytes[++at] as number;
    let timestamp = Number.NaN;
    if (byte !== 0x0a) {
      const timestampStart = at;
      timestamp = 0;
      for (; byte >= 0x30 && byte <= 0x39; byte = bytes[++at] as number) {
        timestamp = timestamp * 10 + (byte - 0x30);
      }
      if (at === timestampStart || at - timestampStart > longestTimestamp) break;
      while (byte === 0x20 || byte === 0x09) byte = bytes[++at] as number;
      if (byte !== 0x0a) break;
    }
    columns.seriesStart[row] = lineStart;
    columns.seriesEnd[row] = seriesEnd;
    columns.metricTypes[row] = metricType;
    columns.timestamps[row] = timestamp;
    row++;
    lineStart = at + 1;
  }
  columns.count = row;
  return lineStart;
}
