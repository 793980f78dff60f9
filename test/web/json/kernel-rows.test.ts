import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import type { Kernels } from '../../../src/kernels/index.js';
import { Labels } from '../../../src/model/index.js';
import type { MatrixValue, QueryValue } from '../../../src/promql/index.js';
import { type SeriesColumns, SymbolTable } from '../../../src/storage/index.js';
import { ByteWriter, maxPieceBytes, writeResult } from '../../../src/web/json/index.js';
import { randomDouble } from '../../kernels/float-format-cases.js';
import { createTestKernels } from '../../support/kernels.js';

const symbols = new SymbolTable();

function pieces(value: QueryValue, kernels?: Kernels): Uint8Array[] {
  const out = new ByteWriter();
  const found = [...writeResult(out, value, kernels)];
  return [...found, out.take()];
}

function matrix(...columns: SeriesColumns[]): MatrixValue {
  const labels = symbols.internLabels(Labels.fromPairs('__name__', 'm'));
  return { kind: 'matrix', symbols, series: columns.map((each) => ({ labels, columns: each })) };
}

describe('web: matrices written by kernels', () => {
  let kernels: Kernels;
  before(async () => {
    kernels = await createTestKernels();
  });
  const same = (value: MatrixValue, where = ''): void => {
    const used = kernels.exports.arenaUsed(kernels.exports.heapBase());
    const found = pieces(value, kernels);
    for (const piece of found) assert.ok(piece.length <= maxPieceBytes, `a piece of ${piece.length} bytes`);
    assert.equal(Buffer.concat(found).toString(), Buffer.concat(pieces(value)).toString(), where);
    assert.equal(kernels.exports.arenaUsed(kernels.exports.heapBase()), used, 'all memory is given back');
  };

  it('are the same text, whatever the times and values (seed 9)', () => {
    const random = seededRandom(9);
    for (let i = 0; i < 60; i++) {
      const from = [1.7e12, -5e12, 0, -3, 2 ** 53 - 1e7][random.uint32() % 5] as number;
      const stepMs = [1, 15_000, 60_000][random.uint32() % 3] as number;
      const series = Array.from({ length: 1 + (random.uint32() % 6) }, (): SeriesColumns => {
        const length = random.uint32() % (random.uint32() % 10 === 0 ? 14_000 : 200);
        const shift = random.uint32() % 3;
        return {
          length,
          timestamps: Float64Array.from(
            { length: length + shift },
            (_, row) => from + (row + shift) * stepMs,
          ),
          values: Float64Array.from({ length: length + shift }, () => randomDouble(random)),
        };
      });
      same(matrix(...series), `case ${i}`);
    }
  });

  it('may stand in the memory of the kernels, or have rows that kernels do not write', () => {
    const length = 5000;
    const at = kernels.alloc(16 * length);
    const timestamps = new Float64Array(kernels.memory.buffer, at, length);
    const values = new Float64Array(kernels.memory.buffer, at + 8 * length, length);
    for (let i = 0; i < length; i++) {
      timestamps[i] = 1.6e12 + i * 1000;
      values[i] = i / 7;
    }
    const huge: SeriesColumns = {
      length: 2,
      timestamps: Float64Array.of(0, Number.MAX_VALUE),
      values: Float64Array.of(1, 2),
    };
    same(matrix({ length, timestamps, values }, huge, { ...huge, length: 1 }, { ...huge, length: 0 }));
    kernels.free(at, 16 * length);
  });

  it('give their memory back when nobody reads on', () => {
    const used = kernels.exports.arenaUsed(kernels.exports.heapBase());
    const length = 60_000;
    const columns = { length, timestamps: new Float64Array(length), values: new Float64Array(length) };
    const written = writeResult(new ByteWriter(), matrix(columns), kernels);
    written.next();
    assert.ok(kernels.exports.arenaUsed(kernels.exports.heapBase()) > used);
    written.return();
    assert.equal(kernels.exports.arenaUsed(kernels.exports.heapBase()), used);
  });
});
