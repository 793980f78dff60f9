import {
  type BitReader,
  type BitWriter,
  exactLimit,
  highOf,
  lowOf,
  signedOf,
  twoTo32,
} from './bit-stream.js';

/**
 * Whole numbers in bins of 0, 3, 6, 9, 12, 18, 25, 56 and 64 bits behind as many one bits as bins are passed over
 * (tsdb/chunkenc/varbit.go). A signed bin of n bits holds -(2^(n-1) - 1) to 2^(n-1).
 */
const binBits = Uint8Array.of(0, 3, 6, 9, 12, 18, 25, 56, 64);
const lastBin = 8;

/** `value` is whole and below 2^53 in size. */
export function writeVarbitInt(writer: BitWriter, value: number): void {
  let bin = 0;
  if (value !== 0) {
    bin = 1;
    while (bin < lastBin && !fitsSigned(value, binBits[bin] as number)) bin++;
  }
  writeBin(writer, bin, value);
}

/** `value` is whole, not negative and below 2^53. */
export function writeVarbitUint(writer: BitWriter, value: number): void {
  let bin = 0;
  while (bin < lastBin && value >= 2 ** (binBits[bin] as number)) bin++;
  writeBin(writer, bin, value);
}

/** Whether `value` lies in the range of `bits` bits that has one number more above zero than below. */
export function fitsSigned(value: number, bits: number): boolean {
  const half = 2 ** (bits - 1);
  return value > -half && value <= half;
}

function writeBin(writer: BitWriter, bin: number, value: number): void {
  if (bin === lastBin) writer.writeBits(0xff, 8);
  else writer.writeBits(2 ** (bin + 1) - 2, bin + 1);
  const bits = binBits[bin] as number;
  if (bits > 0) writer.writeBits64(highOf(value), lowOf(value), bits);
}

/** Sets `failed` where the bits end, or where the number is 2^53 or more in size. */
export function readVarbitInt(reader: BitReader): number {
  const bits = binBits[readBin(reader)] as number;
  if (bits === 0) return 0;
  reader.readBits64(bits);
  if (bits === 64) return exact(reader, signedOf(reader.high, reader.low));
  if (bits === 56) {
    const negative = reader.high >= 2 ** 23;
    return exact(reader, signedOf(negative ? reader.high | 0xff000000 : reader.high, reader.low));
  }
  return reader.low > 2 ** (bits - 1) ? reader.low - 2 ** bits : reader.low;
}

/** As `readVarbitInt`. */
export function readVarbitUint(reader: BitReader): number {
  const bits = binBits[readBin(reader)] as number;
  if (bits === 0) return 0;
  reader.readBits64(bits);
  return exact(reader, reader.high * twoTo32 + reader.low);
}

function readBin(reader: BitReader): number {
  let bin = 0;
  while (bin < lastBin && reader.readBit() === 1) bin++;
  return bin;
}

function exact(reader: BitReader, value: number): number {
  if (value > -exactLimit && value < exactLimit) return value;
  reader.failed = true;
  return 0;
}
