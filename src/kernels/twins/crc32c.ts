const polynomial = 0x82f63b78;
const tableCount = 8;

/** Eight tables of 256, filled at the first call: table k advances a byte past k further zero bytes. */
const tables = new Uint32Array(tableCount * 256);

function fillTables(): void {
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[byte] = crc >>> 0;
  }
  for (let i = 256; i < tables.length; i++) {
    const crc = tables[i - 256] as number;
    tables[i] = ((crc >>> 8) ^ (tables[crc & 0xff] as number)) >>> 0;
  }
}

/**
 * CRC-32C (Castagnoli) of `bytes` from `startByte` to `endByte`, as an unsigned number; `seed` is the checksum of
 * what stands before. Source: Go's hash/crc32 with the Castagnoli table; eight bytes a turn (slicing-by-8).
 */
export function crc32c(bytes: Uint8Array, startByte = 0, endByte = bytes.length, seed = 0): number {
  if (tables[1] === 0) fillTables();
  const t = tables;
  let crc = ~seed;
  let at = startByte;
  for (; at + 8 <= endByte; at += 8) {
    const low =
      crc ^
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24));
    crc =
      (t[1792 + (low & 0xff)] as number) ^
      (t[1536 + ((low >>> 8) & 0xff)] as number) ^
      (t[1280 + ((low >>> 16) & 0xff)] as number) ^
      (t[1024 + (low >>> 24)] as number) ^
      (t[768 + (bytes[at + 4] as number)] as number) ^
      (t[512 + (bytes[at + 5] as number)] as number) ^
      (t[256 + (bytes[at + 6] as number)] as number) ^
      (t[bytes[at + 7] as number] as number);
  }
  for (; at < endByte; at++) {
    crc = (crc >>> 8) ^ (t[(crc ^ (bytes[at] as number)) & 0xff] as number);
  }
  return ~crc >>> 0;
}
