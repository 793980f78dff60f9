/**
 * CRC-32C (Castagnoli), sixteen bytes a turn: table k advances a byte past k further zero bytes. The tables are filled
 * at the first call. Twin: twins/crc32c.ts.
 */

const crcTables: usize = memory.data(16 * 1024, 16);

function fillCrcTables(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
    store<u32>(crcTables + (byte << 2), crc);
  }
  for (let i: usize = 1024; i < 16 * 1024; i += 4) {
    const crc = load<u32>(crcTables + i - 1024);
    store<u32>(crcTables + i, (crc >> 8) ^ load<u32>(crcTables + ((crc & 0xff) << 2)));
  }
}

// @ts-ignore: decorator
@inline
function crcTableAt(table: usize, byte: u64): u32 {
  return load<u32>(crcTables + (table << 10) + (<usize>(byte & 0xff) << 2));
}

/** An entry of a table; bits 2 to 9 of `turned` say which. */
// @ts-ignore: decorator
@inline
function crcEntry(table: usize, turned: u32): u32 {
  return load<u32>(crcTables + (table << 10) + (turned & 0x3fc));
}

/** Sixteen bytes at `at` behind the checksum `crc`. */
// @ts-ignore: decorator
@inline
function crcOfSixteen(at: u32, crc: u32): u32 {
  const w0 = load<u32>(at) ^ crc;
  const w1 = load<u32>(at, 4);
  const w2 = load<u32>(at, 8);
  const w3 = load<u32>(at, 12);
  return (
    crcEntry(15, w0 << 2) ^
    crcEntry(14, w0 >> 6) ^
    crcEntry(13, w0 >> 14) ^
    crcEntry(12, w0 >> 22) ^
    crcEntry(11, w1 << 2) ^
    crcEntry(10, w1 >> 6) ^
    crcEntry(9, w1 >> 14) ^
    crcEntry(8, w1 >> 22) ^
    crcEntry(7, w2 << 2) ^
    crcEntry(6, w2 >> 6) ^
    crcEntry(5, w2 >> 14) ^
    crcEntry(4, w2 >> 22) ^
    crcEntry(3, w3 << 2) ^
    crcEntry(2, w3 >> 6) ^
    crcEntry(1, w3 >> 14) ^
    crcEntry(0, w3 >> 22)
  );
}

/** Of `length` bytes; `seed` is the checksum of what stands before. */
export function crc32c(at: u32, length: u32, seed: u32): u32 {
  if (load<u32>(crcTables + 4) == 0) fillCrcTables();
  let crc: u32 = ~seed;
  const end = at + length;
  while (end - at >= 16) {
    crc = crcOfSixteen(at, crc);
    at += 16;
  }
  if (end - at >= 8) {
    const low = load<u64>(at) ^ <u64>crc;
    crc =
      crcTableAt(7, low) ^
      crcTableAt(6, low >> 8) ^
      crcTableAt(5, low >> 16) ^
      crcTableAt(4, low >> 24) ^
      crcTableAt(3, low >> 32) ^
      crcTableAt(2, low >> 40) ^
      crcTableAt(1, low >> 48) ^
      crcTableAt(0, low >> 56);
    at += 8;
  }
  if (end - at >= 4) {
    const low = <u64>(load<u32>(at) ^ crc);
    crc = crcTableAt(3, low) ^ crcTableAt(2, low >> 8) ^ crcTableAt(1, low >> 16) ^ crcTableAt(0, low >> 24);
    at += 4;
  }
  while (at < end) {
    crc = (crc >> 8) ^ load<u32>(crcTables + (((crc ^ load<u8>(at)) & 0xff) << 2));
    at++;
  }
  return ~crc;
}
