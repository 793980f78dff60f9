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

/** Of `length` bytes; `seed` is the checksum of what stands before. */
export function crc32c(at: u32, length: u32, seed: u32): u32 {
  if (load<u32>(crcTables + 4) == 0) fillCrcTables();
  let crc: u32 = ~seed;
  const end = at + length;
  while (end - at >= 16) {
    const low = load<u64>(at) ^ <u64>crc;
    const high = load<u64>(at + 8);
    crc =
      crcTableAt(15, low) ^
      crcTableAt(14, low >> 8) ^
      crcTableAt(13, low >> 16) ^
      crcTableAt(12, low >> 24) ^
      crcTableAt(11, low >> 32) ^
      crcTableAt(10, low >> 40) ^
      crcTableAt(9, low >> 48) ^
      crcTableAt(8, low >> 56) ^
      crcTableAt(7, high) ^
      crcTableAt(6, high >> 8) ^
      crcTableAt(5, high >> 16) ^
      crcTableAt(4, high >> 24) ^
      crcTableAt(3, high >> 32) ^
      crcTableAt(2, high >> 40) ^
      crcTableAt(1, high >> 48) ^
      crcTableAt(0, high >> 56);
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
