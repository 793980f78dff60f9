import assert from 'node:assert/strict';
import type { QueryResult } from '../../src/promql/index.js';
import { SymbolTable } from '../../src/storage/index.js';
import { runRoute } from '../../src/web/index.js';
import { stubPorts } from './stub-ports.js';

const call = {
  route: '/api/v1/query_range',
  rawQuery: 'query=a&start=0&end=60&step=15',
  parameter: '',
  accept: '',
  body: undefined,
};

function matrixOf(seriesCount: number, release: () => void): QueryResult {
  const symbols = new SymbolTable();
  const labels = Uint32Array.of(symbols.intern('name'), symbols.intern('x'.repeat(1000)));
  const columns = { length: 1, timestamps: Float64Array.of(15_000), values: Float64Array.of(1) };
  const series = new Array(seriesCount).fill({ labels, columns });
  return { value: { kind: 'matrix', symbols, series }, warnings: [], infos: [], release };
}

/** The pieces of an answer whose matrix is borrowed, and how often it was released. */
async function borrowed(seriesCount: number) {
  const asked: (boolean | undefined)[] = [];
  const count = { released: 0 };
  const range = async ({ borrows }: { borrows?: boolean | undefined }): Promise<QueryResult> => {
    asked.push(borrows);
    return matrixOf(seriesCount, () => count.released++);
  };
  const ports = { ...stubPorts(), borrows: true };
  const engine = { ...ports.engine, range };
  const outcome = await runRoute(call, { ports: { ...ports, engine }, interrupted: () => false });
  assert.ok(outcome.kind === 'answer');
  assert.deepEqual(asked, [true]);
  return { pieces: outcome.pieces, count };
}

describe('web: an answer in borrowed memory', () => {
  it('is released once it is written', async () => {
    const { pieces, count } = await borrowed(1000);
    let parts = 0;
    for (let next = pieces.next(); next.done !== true; next = pieces.next()) {
      assert.equal(count.released, 0);
      parts++;
    }
    pieces.return?.();
    assert.deepEqual([parts > 1, count.released], [true, 1]);
  });

  it('is released where nobody asks for its first piece, or for all of them', async () => {
    for (const parts of [0, 1]) {
      const { pieces, count } = await borrowed(1000);
      for (let part = 0; part < parts; part++) pieces.next();
      assert.equal(count.released, 0);
      pieces.return?.();
      pieces.return?.();
      assert.equal(count.released, 1);
    }
  });
});
