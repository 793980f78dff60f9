/**
 * Chunks as a block's files hold them (tsdb/chunks/chunks.go: length as a uvarint, encoding, data, CRC-32C) into columns
 * of doubles, many at a call. Whatever is not as usual is left to the caller, from the chunk it begins with.
 */
import { crc32c } from './crc32c';
import { xorDecode, xorDecodeReport } from './xor-decode';

const mostRecords: u32 = 64;
const lengthBytes: u32 = 5;
const checksumBytes: u32 = 4;
const xorEncoding: u8 = 1;
/** After so many rows the rest is left to a further call. */
const mostRows: u32 = 1 << 17;
/** u32 a record: where it begins. */
const offsets: usize = memory.data(64 * 4, 16);
/** 0: u32 rows written; 8: f64 time of the last row. */
const report: usize = memory.data(16, 16);

export function xorRecordOffsets(): u32 {
  return <u32>offsets;
}

export function xorRecordsReport(): u32 {
  return <u32>report;
}

/** Bytes of a record's length, which goes to `dataBytes`; 0 where the record does not lie within `left` bytes. */
let dataBytes: u32 = 0;
function readLength(at: u32, left: u32): u32 {
  let length: u64 = 0;
  const most = min<u32>(lengthBytes, left);
  for (let i: u32 = 0; i < most; i++) {
    const byte: u64 = load<u8>(at + i);
    length |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      dataBytes = <u32>length;
      return length + i + 2 + checksumBytes <= <u64>left ? i + 1 : 0;
    }
  }
  return 0;
}

/**
 * Appends to the columns from row `row` on what `xorDecode` would of each record in turn. Answers how many records are
 * done; the next one needs more room or bytes, has another encoding or a wrong checksum, does not decode, or has samples
 * that are not later than those before.
 */
export function xorRecords(
  at: u32,
  available: u32,
  count: u32,
  timestamps: u32,
  values: u32,
  row: u32,
  capacity: u32,
  mint: f64,
  maxt: f64,
  lastT: f64,
): u32 {
  const decoded = xorDecodeReport();
  const records = min<u32>(count, mostRecords);
  let last = lastT;
  let rows = row;
  let done: u32 = 0;
  while (done < records && rows - row < mostRows) {
    const offset = load<u32>(offsets + (done << 2));
    if (offset >= available) break;
    const prefix = readLength(at + offset, available - offset);
    if (prefix == 0) break;
    const start = at + offset + prefix;
    const length = dataBytes;
    if (load<u8>(start) != xorEncoding) break;
    if (crc32c(start, 1 + length, 0) != bswap<u32>(load<u32>(start + 1 + length))) break;
    const written = xorDecode(start + 1, length, timestamps, values, rows, capacity, mint, maxt, last);
    if (written < 0 || (load<u32>(decoded) != 0 && rows > 0)) break;
    rows += <u32>written;
    last = load<f64>(decoded, 8);
    done++;
  }
  store<u32>(report, rows - row);
  store<f64>(report, last, 8);
  return done;
}
