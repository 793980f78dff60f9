/** What logs say, put into a head: a replay of a segment, and a chunk snapshot. */
import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base/index.js';
import { Kernels, reserveMemory } from '../../../src/kernels/index.js';
import { HeadDeletions } from '../../../src/tsdb/db/head-deletions.js';
import { emptyReplayStats, replayWal } from '../../../src/tsdb/db/index.js';
import { restoreSnapshot } from '../../../src/tsdb/db/restore-snapshot.js';
import { createHead, type Head } from '../../../src/tsdb/head/index.js';
import { FrameBuffer, storeRecord } from '../../../src/tsdb/wal/index.js';
import { kernelModule } from '../kernels.js';
import { sealFragments } from './log-decoders.js';
import { MemoryFile, memoryDisk } from './memory-files.js';
import { snapshotSeries, snapshotTombstones } from './record-decoders.js';
import type { FuzzDecoder } from './run-fuzz.js';
import { recordTypes, soundRecords } from './wal-sounds.js';

const directory = '/fuzz/log';
const segmentName = `${directory}/00000000`;
const headBytes = 64 << 20;
const chunkRangeMs = 7_200_000;
/** A head takes so many inputs, one after the other. */
const inputsOfHead = 4096;

interface OwnHead {
  readonly head: Head;
  readonly kernels: Kernels;
}

/** Hands out a head, another one after some time. */
function heads(module: WebAssembly.Module): () => OwnHead {
  let used = inputsOfHead;
  let own: OwnHead | undefined;
  return () => {
    if (own === undefined || used++ >= inputsOfHead) {
      const memory = reserveMemory({ maxBytes: headBytes, initialBytes: headBytes });
      const kernels = new Kernels(module, memory, headBytes);
      own = { head: createHead({ kernels, chunkRangeMs, maxExemplars: 100 }), kernels };
      used = 0;
    }
    return own;
  };
}

function framed(records: readonly Uint8Array[]): Uint8Array {
  const frames = new FrameBuffer();
  frames.start(0);
  for (const record of records) frames.append(storeRecord(record, 'none'));
  return frames.bytes.slice();
}

/** Series first, so that the samples of the others have theirs. */
function logs(): Uint8Array[] {
  const series = soundRecords(1)[1] as Uint8Array;
  const others = recordTypes.filter((type) => type !== 1).map((type) => soundRecords(type)[0] as Uint8Array);
  return [0, 3, 6, 9].map((from) => framed([series, ...others.slice(from, from + 4)]));
}

export async function headDecoders(): Promise<FuzzDecoder[]> {
  const module = await kernelModule();
  return [replayed(heads(module)), restored(heads(module))];
}

function replayed(next: () => OwnHead): FuzzDecoder {
  const file = new MemoryFile(segmentName);
  const disk = memoryDisk(directory, [file]);
  return {
    name: 'log replayed into a head',
    sounds: logs(),
    seal: (input) => sealFragments(input),
    share: 0.1,
    mostBytes: { fixed: 1 << 21, perByte: 256 },
    decode: async ({ bytes }) => {
      file.bytes = bytes;
      const { head, kernels } = next();
      const { stats, reports } = await replayWal({ disk, clock: systemClock, directory, head, kernels });
      assert.equal(reports.length, 1);
      assert.deepEqual(Object.keys(stats), Object.keys(emptyReplayStats()));
      assert.equal(head.refusedSeries + head.refusedSamples, 0, 'the head is full');
      return (reports[0]?.damages.length ?? 0) === 0 ? undefined : 'damage';
    },
  };
}

function restored(next: () => OwnHead): FuzzDecoder {
  const file = new MemoryFile(segmentName);
  const disk = memoryDisk(directory, [file]);
  const exemplars = soundRecords(4)[0] as Uint8Array;
  exemplars[0] = 3;
  return {
    name: 'chunk snapshot restored into a head',
    sounds: [1, 2, 4].map((encoding) =>
      framed([snapshotSeries(encoding), snapshotSeries(0), snapshotTombstones(), exemplars]),
    ),
    seal: (input) => sealFragments(input),
    share: 0.1,
    mostBytes: { fixed: 1 << 21, perByte: 256 },
    decode: async ({ bytes }) => {
      file.bytes = bytes;
      const { head } = next();
      const deletions = new HeadDeletions(head);
      const reports = await restoreSnapshot({
        ...{ disk, directory, head, deletions },
        ...{ chunks: undefined, replacesLog: true },
      });
      assert.equal(head.refusedSeries + head.refusedSamples, 0, 'the head is full');
      return (reports[0]?.damages.length ?? 0) === 0 ? undefined : 'damage';
    },
  };
}
