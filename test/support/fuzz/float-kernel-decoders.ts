/** Kernels that decode chunks of floats, beside their twins. */
import assert from 'node:assert/strict';
import { chunkEncoding, type FloatEncoding, holdsStarts } from '../../../src/chunkenc/index.js';
import {
  decodeXor,
  decodeXor2,
  type FloatRows,
  KernelScope,
  type Kernels,
} from '../../../src/kernels/index.js';
import { wordsOf } from '../../../src/model/index.js';
import { soundChunks } from './chunk-sounds.js';
import type { FuzzInput } from './fuzz-input.js';
import type { FuzzDecoder, FuzzOutcome } from './run-fuzz.js';

const endless = Number.POSITIVE_INFINITY;
const mostRows = 65_535;
const blockBytes = 1 << 13;
/** Bytes around a chunk, which must not matter. */
const marginBytes = 64;

/** Addresses of the rows that a kernel writes. */
interface Place {
  readonly times: number;
  readonly values: number;
  readonly starts: number;
}

interface FloatKernel {
  readonly name: string;
  readonly encoding: FloatEncoding;
  readonly twin: (bytes: Uint8Array, into: FloatRows) => number;
  readonly mostRowsPerByte: number;
  readonly decode: (kernels: Kernels, at: number, length: number, to: Place, capacity: number) => number;
  readonly report: (kernels: Kernels) => number;
}

/** A line a kernel. */
const floatKernels: readonly FloatKernel[] = [
  {
    name: 'xorDecode',
    encoding: chunkEncoding.xor,
    twin: decodeXor,
    mostRowsPerByte: 4,
    decode: ({ exports }, at, length, { times, values }, capacity) =>
      exports.xorDecode(at, length, times, values, 0, capacity, -endless, endless, -endless),
    report: ({ exports }) => exports.xorDecodeReport(),
  },
  {
    name: 'xor2Decode',
    encoding: chunkEncoding.xor2,
    twin: decodeXor2,
    mostRowsPerByte: 8,
    decode: ({ exports }, at, length, { times, values, starts }, capacity) =>
      exports.xor2Decode(at, length, times, values, starts, 0, capacity, -endless, endless, -endless),
    report: ({ exports }) => exports.xor2DecodeReport(),
  },
];

export function floatKernelDecoders(kernels: Kernels): FuzzDecoder[] {
  return floatKernels.map((kernel) => floatKernelDecoder(kernel, kernels));
}

/** They agree on every input, on the rows before a fault too; bytes around a chunk do not matter. */
function floatKernelDecoder(kernel: FloatKernel, kernels: Kernels): FuzzDecoder {
  const scope = new KernelScope(kernels);
  const block = scope.alloc(blockBytes);
  const column = (): number => scope.alloc(8 * mostRows);
  const place = { times: column(), values: column(), starts: column() };
  const timestamps = new Float64Array(mostRows);
  const startTimestamps = new Float64Array(mostRows);
  const twinRows = { timestamps, startTimestamps, words: wordsOf(new Float64Array(mostRows)) };
  const decode = (input: FuzzInput): FuzzOutcome => {
    const { bytes } = input;
    const at = block + marginBytes + input.below(16);
    kernels.bytes.fill(input.uint32() & 0xff, at - marginBytes, at + bytes.length + marginBytes);
    kernels.bytes.set(bytes, at);
    const capacity = Math.min(mostRows, kernel.mostRowsPerByte * bytes.length);
    timestamps.fill(Number.NaN, 0, Math.min(mostRows, capacity + 1));
    const expected = kernel.twin(bytes, twinRows);
    const answer = kernel.decode(kernels, at, bytes.length, place, Math.max(1, capacity));
    const dropped = kernels.words[kernel.report(kernels) >>> 2] as number;
    const { kept, left } = compareRows(kernels, place, twinRows, {
      count: expected < 0 ? mostRows : expected,
      hasStarts: holdsStarts(kernel.encoding),
    });
    assert.equal(answer, expected < 0 ? expected : kept, 'the fault or the count differs from the twin');
    if (expected >= 0) assert.equal(dropped, left, 'the count of late samples');
    return expected < 0 ? `fault ${expected}` : undefined;
  };
  return {
    name: `kernel ${kernel.name} beside its twin`,
    sounds: soundChunks(kernel.encoding),
    mostBytes: { fixed: 64, perByte: 0 },
    decode,
  };
}

/** The twin's rows, but for those that are not later than the ones before, stand in the kernel's columns. */
function compareRows(
  { doubles, words }: Kernels,
  place: Place,
  twin: FloatRows & { readonly startTimestamps: Float64Array },
  { count, hasStarts }: { count: number; hasStarts: boolean },
): { kept: number; left: number } {
  const [time, word, start] = [place.times >>> 3, place.values >>> 2, place.starts >>> 3];
  let last = -endless;
  let kept = 0;
  let left = 0;
  for (let row = 0; row < count; row++) {
    const timestampMs = twin.timestamps[row] as number;
    if (Number.isNaN(timestampMs)) break;
    if (timestampMs <= last) {
      left++;
      continue;
    }
    last = timestampMs;
    const isSame =
      doubles[time + kept] === timestampMs &&
      words[word + 2 * kept] === twin.words[2 * row] &&
      words[word + 2 * kept + 1] === twin.words[2 * row + 1];
    if (!isSame) assert.fail(`row ${kept} differs from the twin's`);
    if (hasStarts && doubles[start + kept] !== twin.startTimestamps[row])
      assert.fail(`the start of row ${kept} differs from the twin's`);
    kept++;
  }
  return { kept, left };
}
