import assert from 'node:assert/strict';
import { decodeUtf8, encodeUtf8, type Random, seededRandom } from '../../src/base/index.js';
import {
  dumpRowBytes,
  dumpRowFieldBytes,
  dumpRowFields,
  dumpRowsText,
  dumpTimeForms,
  installFormatPowers,
  type Kernels,
} from '../../src/kernels/index.js';
import { randomDouble } from './float-format-cases.js';

const mostRows = 40;
const mostPrefixBytes = 200;

function randomTime(random: Random, inSeconds: boolean): number {
  const most = inSeconds ? 2 ** 49 : 2 ** 53;
  const size =
    random.uint32() % 4 === 0 ? random.float() * most : random.float() * 10 ** (random.uint32() % 14);
  return (random.uint32() % 8 === 0 ? -1 : 1) * Math.floor(size) || 0;
}

/** Writes as many random lists of rows with the kernel, through outputs of any size, and in plain code. */
export function checkDumpRows(kernels: Kernels, seed: number, cases: number): number {
  installFormatPowers(kernels);
  const random = seededRandom(seed);
  const fields = kernels.alloc(dumpRowFieldBytes);
  const columns = kernels.alloc(16 * mostRows);
  const prefixAt = kernels.alloc(mostPrefixBytes + 16);
  const out = kernels.alloc(1 << 16);
  const set = (field: number, value: number): void => {
    kernels.words[(fields >>> 2) + field] = value;
  };
  for (let i = 0; i < cases; i++) {
    const rows = random.uint32() % mostRows;
    const inSeconds = random.uint32() % 2 === 0;
    const separator = random.uint32() % 2 === 0 ? ' ' : ',';
    const prefix = 'x'.repeat(random.uint32() % mostPrefixBytes);
    const timestamps = kernels.doubles.subarray(columns / 8, columns / 8 + rows);
    const values = kernels.doubles.subarray(columns / 8 + mostRows, columns / 8 + mostRows + rows);
    for (let row = 0; row < rows; row++) {
      timestamps[row] = randomTime(random, inSeconds);
      const repeats = row > 0 && random.uint32() % 3 === 0;
      values[row] = repeats ? (values[row - 1] as number) : randomDouble(random);
    }
    kernels.bytes.set(encodeUtf8(prefix), prefixAt);
    set(dumpRowFields.timestamps, columns);
    set(dumpRowFields.values, columns + 8 * mostRows);
    set(dumpRowFields.row, 0);
    set(dumpRowFields.endRow, rows);
    set(dumpRowFields.out, out);
    set(dumpRowFields.outBytes, prefix.length + dumpRowBytes + (random.uint32() % 4096));
    set(dumpRowFields.prefix, prefixAt);
    set(dumpRowFields.prefixBytes, prefix.length);
    set(dumpRowFields.separator, separator.charCodeAt(0));
    set(dumpRowFields.form, inSeconds ? dumpTimeForms.seconds : dumpTimeForms.milliseconds);
    let text = '';
    do {
      const written = kernels.exports.dumpRows(fields);
      text += decodeUtf8(kernels.bytes.slice(out, out + written));
    } while (kernels.words[(fields >>> 2) + dumpRowFields.row] !== rows);
    const expected = dumpRowsText({ prefix, separator, inSeconds, timestamps, values }, 0, rows);
    assert.equal(text, expected, `seed ${seed}, case ${i}`);
  }
  return cases;
}
