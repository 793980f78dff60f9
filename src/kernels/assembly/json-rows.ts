/**
 * Rows of two columns as the API writes them, `[1435781430.781,"1"],[...]`, described by a block of fields that the
 * binding writes (src/kernels/json-rows.ts):
 *
 *      0 timestamps u32    4 values u32    8 row u32     12 end row u32   16 first row u32
 *     20 out u32          24 out bytes u32 28 times u32  32 slots u32     36 slots count u32   40 next slot u32
 *
 * A slot is 32 bytes: the text `[1435781430.781,"` of a time in `times`, its length in the last byte. Times are within
 * 2^53 and rise.
 */
import { putFloat, putWhole } from './float-format';

/** A row takes no more: comma, time, number, what is written beyond them. */
const rowBytes: u32 = 128;

function putOpening(out: usize, time: f64): usize {
  let at = out;
  store<u8>(at++, 91);
  if (time < 0) store<u8>(at++, 45);
  const size = <u64>abs(time);
  const seconds = size / 1000;
  const rest = <u32>(size - seconds * 1000);
  at = putWhole(at, seconds);
  if (rest != 0) {
    store<u8>(at, 46);
    store<u8>(at, 48 + rest / 100, 1);
    store<u8>(at, 48 + ((rest / 10) % 10), 2);
    store<u8>(at, 48 + (rest % 10), 3);
    at += 4;
  }
  store<u16>(at, 0x222c);
  return at + 2;
}

/** Fills the slots of `count` times. */
export function jsonSlots(times: u32, count: u32, slots: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const slot = slots + (i << 5);
    const end = putOpening(slot, load<f64>(times + (i << 3)));
    store<u8>(slot, <u8>(end - slot), 31);
  }
}

/** Writes rows until they end or the output has no room for another; answers the bytes and moves on row and slot. */
export function jsonRows(s: u32): u32 {
  const timestamps = load<u32>(s);
  const values = load<u32>(s + 4);
  const rowEnd = load<u32>(s + 12);
  const first = load<u32>(s + 16);
  const out = load<u32>(s + 20);
  const last = out + load<u32>(s + 24) - rowBytes;
  const times = load<u32>(s + 28);
  const slots = load<u32>(s + 32);
  const slotCount = load<u32>(s + 36);
  let row = load<u32>(s + 8);
  let slot = load<u32>(s + 40);
  let at: usize = out;
  for (; row < rowEnd && at <= last; row++) {
    const time = load<f64>(timestamps + (row << 3));
    if (row != first) store<u8>(at++, 44);
    while (slot < slotCount && load<f64>(times + (slot << 3)) < time) slot++;
    if (slot < slotCount && load<f64>(times + (slot << 3)) == time) {
      const from = slots + (slot << 5);
      v128.store(at, v128.load(from));
      v128.store(at, v128.load(from, 16), 16);
      at += load<u8>(from, 31);
    } else at = putOpening(at, time);
    at = putFloat(at, load<f64>(values + (row << 3)), 1);
    store<u16>(at, 0x5d22);
    at += 2;
  }
  store<u32>(s + 8, row);
  store<u32>(s + 40, slot);
  return <u32>at - out;
}
