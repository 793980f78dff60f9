import type { ByteReader, ByteWriter } from '../../../base/index.js';
import type { Metadata, MetricType } from '../../../model/index.js';
import type { SeriesRef } from '../../../storage/index.js';
import { recordType } from '../format.js';

export interface MetadataEntry {
  readonly ref: SeriesRef;
  readonly metadata: Metadata;
}

/** By their number in the log. Source: tsdb/record/record.go. */
const metricTypes: readonly MetricType[] = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
];

/** Fields other than unit and help are passed over, as upstream does. */
export function decodeMetadata(reader: ByteReader): MetadataEntry[] {
  const entries: MetadataEntry[] = [];
  while (reader.left > 0) {
    const ref = reader.uvarint();
    if (!Number.isSafeInteger(ref)) reader.unsupported('a series reference');
    const type = metricTypes[reader.byte()] ?? 'unknown';
    const fieldCount = reader.count(2);
    let unit = '';
    let help = '';
    for (let i = 0; i < fieldCount; i++) {
      const name = reader.text();
      if (name === 'UNIT') unit = reader.text();
      else if (name === 'HELP') help = reader.text();
      else reader.skipText();
    }
    entries.push({ ref: ref as SeriesRef, metadata: { type, unit, help } });
  }
  return entries;
}

export function encodeMetadata(writer: ByteWriter, entries: readonly MetadataEntry[]): void {
  writer.byte(recordType.metadata);
  for (const { ref, metadata } of entries) {
    writer.uvarint(ref);
    writer.byte(Math.max(0, metricTypes.indexOf(metadata.type)));
    writer.uvarint(2);
    writer.text('UNIT');
    writer.text(metadata.unit);
    writer.text('HELP');
    writer.text(metadata.help);
  }
}
