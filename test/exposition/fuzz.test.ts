import assert from 'node:assert/strict';
import { seededRandom } from '../../src/base/index.js';
import {
  createScanScratch,
  pageEntries,
  type ScannedPage,
  scanOpenMetrics,
  scanText,
  seriesLabels,
  type TextFormat,
} from '../../src/exposition/index.js';
import { wordsOf } from '../../src/model/index.js';
import { describePage } from './describe-page.js';
import { mutatePage } from './mutate-page.js';

const seed = Number(process.env.SEED ?? 20260);
const scans = { text: scanText, openmetrics: scanOpenMetrics };
const rounds = Number(process.env.ROUNDS ?? 20_000);

function bits(page: ScannedPage): Uint32Array {
  return wordsOf(page.values).slice(0, 2 * page.sampleCount);
}

describe(`mutated pages (SEED=${seed}, ROUNDS=${rounds})`, () => {
  for (const [format, scan] of Object.entries(scans)) {
    it(`of ${format} are always answered, by the quick scan as by the complete parser`, function () {
      this.timeout(600_000);
      const random = seededRandom(seed);
      const scratch = createScanScratch();
      const counts = { accepted: 0, refused: 0, samples: 0 };
      for (let round = 0; round < rounds; round++) {
        const bytes = mutatePage(random, format as TextFormat);
        const context = (): string =>
          `round ${round}: ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`;
        const quick = scan(bytes, { comments: true, scratch });
        const complete = scan(bytes, { comments: true, plainLines: false });
        assert.deepEqual(quick.error, complete.error, context());
        assert.deepEqual(bits(quick), bits(complete), context());
        assert.equal(quick.sampleCount, complete.sampleCount, context());
        if (round % 10 === 0) assert.deepEqual(describePage(quick), describePage(complete), context());
        for (const entry of pageEntries(quick)) if (entry.kind === 'series') seriesLabels(quick, entry.row);
        if (quick.error) {
          assert.ok(quick.error.line >= 1 && quick.error.column >= 1, context());
          counts.refused++;
        } else counts.accepted++;
        counts.samples += quick.sampleCount;
      }
      assert.ok(counts.accepted > rounds / 10 && counts.refused > rounds / 10 && counts.samples > rounds / 2);
    });
  }
});
