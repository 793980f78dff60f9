/** Columns as XOR2 chunks (tsdb/chunkenc/xor2.go, st.go). Twin: twins/xor2.ts, `Xor2Encoder`. */
import {
  beginPut,
  put,
  putBit,
  putDifference,
  putStartOf,
  putUvarint,
  putVarint,
  usePutStart,
  usePutWindow,
} from './chunk-put';

const headerBytes: u32 = 3;
const startByte: u32 = 2;
/** No sample takes more, and what a store takes too much. */
const sampleBytes: u32 = 48;
const staleBits: u64 = 0x7ff0000000000002;

/** The last value that is no stale marker. */
let before: u64 = 0;

/** The value by itself, behind a change of delta. */
function putValue(value: u64): void {
  if (value == staleBits) put(0b111, 3);
  else if (value == before) put(0, 1);
  else {
    putDifference(value ^ before, 0b10, 2, 0b110, 3);
    before = value;
  }
}

/** Time and value behind one prefix. */
function putJoint(dod: i64, value: u64): void {
  if (dod == 0) {
    if (value == staleBits) put(0b11111, 5);
    else if (value == before) put(0, 1);
    else {
      putDifference(value ^ before, 0b100, 3, 0b101, 3);
      before = value;
    }
    return;
  }
  if (dod >= -4096 && dod < 4096) put((0b110 << 13) | (<u64>dod & 0x1fff), 16);
  else if (dod >= -524288 && dod < 524288) put((0b1110 << 20) | (<u64>dod & 0xfffff), 24);
  else {
    put(0b11110, 5);
    put(<u64>dod, 64);
  }
  putValue(value);
}

/**
 * `count` rows (at most 65,535, times and starts within the limit of chunks) as one chunk at `out`, in a block of
 * `capacity` bytes; `starts` is 0 where no sample has one. Answers its length, 0 where less than 48 bytes were left for
 * a sample.
 */
export function xor2Encode(
  timestamps: u32,
  values: u32,
  starts: u32,
  count: u32,
  out: u32,
  capacity: u32,
): u32 {
  if (capacity < sampleBytes) return 0;
  memory.fill(out, 0, headerBytes);
  beginPut(out, headerBytes << 3);
  usePutWindow(0, 0);
  usePutStart(0, 0);
  before = 0;
  let previous: f64 = 0, delta: f64 = 0;
  for (let row: u32 = 0; row < count; row++) {
    if ((putBit >> 3) + sampleBytes > capacity) return 0;
    const time = load<f64>(timestamps + (row << 3));
    const value = load<u64>(values + (row << 3));
    const next = time - previous;
    if (row == 0) {
      putVarint(<i64>time);
      put(value, 64);
      if (value != staleBits) before = value;
    } else {
      if (row == 1) {
        putUvarint(<u64>(<i64>next));
        putValue(value);
      } else putJoint(<i64>(next - delta), value);
      delta = next;
    }
    const start = starts == 0 ? 0 : load<f64>(starts + (row << 3));
    putStartOf(out + startByte, row, time, previous, start);
    previous = time;
  }
  store<u16>(out, bswap<u16>(<u16>count));
  return (putBit + 7) >> 3;
}
