import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { mergeColumns, type SeriesColumns, SeriesRows } from '../../../src/storage/index.js';
import { below } from '../../chunkenc/random-samples.js';
import { histogramText, integerHistogram, rowTexts } from '../storage-samples.js';

const seed = Number(process.env.SEED ?? 1);

function columnsOf(rows: SeriesRows): SeriesColumns {
  return rows.columns(0, rows.length);
}

describe('merging columns', () => {
  it(`keeps every time once, from the source named first (seed ${seed})`, () => {
    const random = seededRandom(seed);
    for (let round = 0; round < 2000; round++) {
      const expected = new Map<number, string>();
      const sources = Array.from({ length: below(random, 4) }, (_, rank) => {
        const rows = new SeriesRows();
        let t = below(random, 30);
        const withStarts = below(random, 3) === 0;
        for (let i = below(random, 12); i > 0; i--) {
          const start = withStarts && below(random, 2) === 0 ? 7 : 0;
          if (below(random, 4) === 0) rows.appendHistogram(t, integerHistogram({ sum: rank }), start);
          else rows.appendFloat(t, i, 0x3ff00000 + rank, start);
          t += 1 + below(random, 4);
        }
        const columns = columnsOf(rows);
        rowTexts(columns).forEach((text, row) => {
          const time = columns.timestamps[row] as number;
          if (!expected.has(time)) expected.set(time, text);
        });
        return columns;
      });
      const sorted = [...expected].sort(([a], [b]) => a - b).map(([, text]) => text);
      assert.deepEqual(rowTexts(mergeColumns(sources)), sorted, `round ${round}`);
    }
  });

  it('takes the hint from counter histograms that follow on another source', () => {
    const [a, b] = [new SeriesRows(), new SeriesRows()];
    const known = integerHistogram({ counterResetHint: 'not-reset' });
    const gauge = integerHistogram({ counterResetHint: 'gauge' });
    for (const t of [1, 2, 5]) a.appendHistogram(t, known, 0);
    b.appendHistogram(3, known, 0);
    b.appendHistogram(6, gauge, 0);
    const hints = ['unknown', 'not-reset', 'unknown', 'unknown', 'gauge'] as const;
    const found = rowTexts(mergeColumns([columnsOf(a), columnsOf(b)])).map((text) => text.split('=')[1]);
    assert.deepEqual(
      found,
      hints.map((counterResetHint) => histogramText(integerHistogram({ counterResetHint }))),
    );
  });
});
