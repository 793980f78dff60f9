export interface Crc32cExports {
  /** The checksum, signed; `seed` is that of what stands before. */
  crc32c(at: number, length: number, seed: number): number;
}
