import { byteClasses, isMetricByte, isMetricStart, isOpenMetricsValueByte } from '../byte-classes.js';
import { toMilliseconds } from '../parse/openmetrics-parser.js';
import { floatColumn, floatStatus, readFloat } from '../read-float.js';
import { passLabels } from './pass-labels.js';
import type { SampleColumns } from './scan-columns.js';

/** As `scanTextLines`, for OpenMetrics; a line with an exemplar is not plain. */
export function scanOpenMetricsLines(
  bytes: Uint8Array,
  start: number,
  end: number,
  columns: SampleColumns,
  metricType: number,
): number {
  const seconds = floatColumn(1);
  let lineStart = start;
  let row = columns.count;
  while (lineStart < end) {
    let at = lineStart;
    let byte = bytes[at] as number;
    if (((byteClasses[byte] as number) & isMetricStart) === 0) break;
    do byte = bytes[++at] as number;
    while (((byteClasses[byte] as number) & isMetricByte) !== 0);
    let seriesEnd = at;
    if (byte === 0x7b) {
      at = passLabels(bytes, at + 1, false);
      if (at < 0) break;
      seriesEnd = at;
      byte = bytes[at] as number;
    }
    if (byte !== 0x20) break;
    const valueStart = ++at;
    byte = bytes[at] as number;
    while (((byteClasses[byte] as number) & isOpenMetricsValueByte) !== 0) byte = bytes[++at] as number;
    if (row === columns.capacity) {
      columns.count = row;
      columns.grow();
    }
    if (readFloat(bytes, valueStart, at, columns.values, row) !== floatStatus.ok) break;
    let timestamp = Number.NaN;
    if (byte === 0x20) {
      const timestampStart = ++at;
      byte = bytes[at] as number;
      while (((byteClasses[byte] as number) & isOpenMetricsValueByte) !== 0) byte = bytes[++at] as number;
      if (readFloat(bytes, timestampStart, at, seconds, 0) !== floatStatus.ok) break;
      if (!Number.isFinite(seconds.values[0])) break;
      timestamp = toMilliseconds(seconds.values[0] as number);
    }
    if (byte !== 0x0a) break;
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
