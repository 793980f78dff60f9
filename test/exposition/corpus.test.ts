import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createScanScratch, scanOpenMetrics, scanText } from '../../src/exposition/index.js';
import { sharedPath } from '../support/shared.js';
import { type DescribedEntry, describePage } from './describe-page.js';

interface CorpusCase {
  readonly id: string;
  readonly contentType: string;
  readonly error?: string;
  readonly samples: number;
  readonly entries: readonly DescribedEntry[];
  readonly b64?: string;
  readonly file?: string;
}

function readCases(file: string): CorpusCase[] {
  const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as CorpusCase);
}

/** Numbers as numbers, labels by name, so that only what is read can differ. */
function comparable(entry: DescribedEntry): unknown {
  const number = (value: string): number | string =>
    value === 'StaleNaN' ? value : Number(value.replace('Inf', 'Infinity'));
  const sorted = (labels: Record<string, string>): unknown =>
    Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    kind: entry.kind,
    name: entry.name ?? '',
    text: entry.text ?? '',
    labels: sorted(entry.labels ?? {}),
    value: entry.value === undefined ? undefined : number(entry.value),
    ts: entry.ts,
    exemplars: (entry.exemplars ?? []).map((exemplar) => ({
      labels: sorted(exemplar.labels),
      value: number(exemplar.value),
      ts: exemplar.ts,
    })),
  };
}

describe('exposition corpus', () => {
  const dir = sharedPath('corpus', 'exposition');
  const sets = { 'expected.jsonl.gz': 114, 'mutations.jsonl.gz': 3000 };

  for (const [file, count] of Object.entries(sets)) {
    it(`reads all ${count} pages of ${file} as upstream does, error texts too`, function () {
      if (dir === undefined) return this.skip();
      const cases = readCases(path.join(dir, file));
      assert.equal(cases.length, count);
      const scratch = createScanScratch();
      for (const { id, contentType, b64, file: pageFile, ...expected } of cases) {
        const bytes =
          pageFile === undefined
            ? Buffer.from(b64 as string, 'base64')
            : readFileSync(path.join(dir, pageFile));
        const scan = contentType.startsWith('application/openmetrics-text') ? scanOpenMetrics : scanText;
        for (const plainLines of [true, false]) {
          const page = scan(bytes, { scratch, comments: true, plainLines });
          assert.equal(page.error?.message, expected.error || undefined, id);
          assert.equal(page.sampleCount, expected.samples, id);
          assert.deepEqual(describePage(page).map(comparable), expected.entries.map(comparable), id);
        }
      }
    });
  }
});
