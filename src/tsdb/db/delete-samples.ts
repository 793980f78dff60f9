import { ByteWriter, type Disk } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import type { Matcher } from '../../model/index.js';
import type { TimeWindow } from '../../storage/index.js';
import { deleteFromBlock } from '../block/index.js';
import { HeadChunkReader } from '../chunks/index.js';
import { type Head, openHeadSource } from '../head/index.js';
import { encodeTombstones, type TombstoneEntry, type WalWriter } from '../wal/index.js';
import type { BlockUpkeep } from './block-upkeep.js';
import type { DatabaseReader } from './database-reader.js';
import type { HeadDeletions } from './head-deletions.js';
import type { LateCompactor } from './late-compactor.js';
import type { PublishedView } from './published-view.js';

/** Of one record of the log. */
const entriesInRecord = 32_768;

export interface DeleteRequest extends TimeWindow {
  /** Series that match any of the sets. */
  readonly matcherSets: readonly (readonly Matcher[])[];
}

export interface DeletionParts {
  readonly disk: Disk;
  readonly head: Head;
  /** Of this thread's readers. */
  readonly readerKernels: Kernels;
  readonly reader: DatabaseReader;
  readonly writer: WalWriter;
  readonly deletions: HeadDeletions;
  readonly view: PublishedView;
  readonly blocks: BlockUpkeep;
  readonly late: LateCompactor;
}

/**
 * Deletes samples, both ends of the window included: in blocks by their `tombstones`, in the head by records of the log.
 * Nobody sees them once it resolves; then the deletions are durable, those of the head as `--storage.tsdb.wal-sync`
 * says. For whoever has its turn. Source: tsdb/db.go (Delete), tsdb/head.go (Delete).
 */
export async function deleteSamples(request: DeleteRequest, parts: DeletionParts): Promise<void> {
  const { disk, reader, view, blocks, deletions } = parts;
  if (request.mintMs > request.maxtMs) return;
  // Of a block what comes later is not deleted with it.
  if (request.maxtMs >= parts.head.lateMintMs) await parts.late.run();
  // A cut that failed at its last step may have left a block that nobody has seen yet.
  await blocks.reload();
  let isChanged = false;
  const lease = reader.lease(request);
  try {
    for (const block of lease.blocks) {
      // What fails half way may be on disk: then it is shown, too.
      let isTouched = true;
      try {
        isTouched = await deleteFromBlock(disk, block, request);
      } finally {
        if (isTouched) view.blockChanged(block.directory);
        isChanged ||= isTouched;
      }
    }
  } finally {
    lease.release();
    if (isChanged) await blocks.reload();
  }
  const entries = await headEntries(request, parts);
  if (entries.length === 0) return;
  await parts.writer.log({ kind: 'acknowledged', series: [], records: tombstoneRecords(entries) });
  deletions.add(entries);
  await view.showDeletions();
}

/** What the head has of it now: samples that come later stay. */
async function headEntries(
  { matcherSets, mintMs, maxtMs }: DeleteRequest,
  { disk, head, readerKernels: kernels, view }: DeletionParts,
): Promise<TombstoneEntry[]> {
  const window = { mintMs: Math.max(mintMs, head.mintMs), maxtMs: Math.min(maxtMs, head.maxtMs) };
  if (window.mintMs > window.maxtMs) return [];
  const mapped = new HeadChunkReader(disk, view.current.chunksHeadDirectory);
  const source = openHeadSource({
    view: head.view(),
    readerSlot: 0,
    kernels,
    window,
    mapped,
    part: 'in-order',
  });
  try {
    return matcherSets
      .flatMap((matchers) => source.spans(matchers))
      .map((span) => ({
        ref: span.ref,
        mintMs: Math.max(window.mintMs, span.mintMs),
        maxtMs: Math.min(window.maxtMs, span.maxtMs),
      }))
      .filter((entry) => entry.mintMs <= entry.maxtMs);
  } finally {
    source.close();
    await mapped.close();
  }
}

export function tombstoneRecords(entries: readonly TombstoneEntry[]): Uint8Array[] {
  const scratch = new ByteWriter(64);
  const records: Uint8Array[] = [];
  for (let start = 0; start < entries.length; start += entriesInRecord) {
    scratch.reset();
    encodeTombstones(scratch, entries.slice(start, start + entriesInRecord));
    records.push(scratch.take());
  }
  return records;
}
