import type { Disk } from '../../base/index.js';
import { Labels } from '../../model/index.js';
import type { SeriesRef } from '../../storage/index.js';
import type { StoredChunks } from '../db/index.js';
import type { Head } from '../head/index.js';
import { decodeRecord, SampleColumns, walkRecords } from '../wal/index.js';

/**
 * Names the series of files that stand without the log that would name them, so that what they hold can be read:
 * `{__name__="chunks_head", series_ref="12"}`.
 */
export async function nameChunks(options: {
  readonly disk: Disk;
  readonly head: Head;
  readonly chunks: StoredChunks | undefined;
  readonly lateLog: string | undefined;
}): Promise<void> {
  const { disk, head, chunks, lateLog } = options;
  const name = (ref: number): void => {
    if (head.hasSeries(ref as SeriesRef)) return;
    const metric = chunks === undefined ? 'wbl' : 'chunks_head';
    head.restoreSeries(
      ref as SeriesRef,
      Labels.fromSortedPairs(['__name__', metric, 'series_ref', String(ref)]),
    );
    chunks?.restore(head, ref as SeriesRef);
  };
  for (const ref of chunks?.refs() ?? []) name(ref);
  if (lateLog === undefined) return;
  const columns = new SampleColumns();
  await walkRecords(disk, lateLog, (bytes) => {
    const record = decodeRecord(bytes, columns);
    if (record.kind === 'samples')
      for (let row = 0; row < record.batch.length; row++) name(record.batch.refs[row] as number);
    if (record.kind === 'histograms') for (const { ref } of record.samples) name(ref);
  });
}
