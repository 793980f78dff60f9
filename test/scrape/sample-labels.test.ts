import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { scanText, seriesLabels } from '../../src/exposition/index.js';
import { Labels } from '../../src/model/index.js';
import { sampleLabels } from '../../src/scrape/sample-labels.js';
import { sharedPath } from '../support/shared.js';
import { jobOptions } from './scrape-fixture.js';

interface Table {
  readonly test: string;
  readonly cases: readonly Record<string, unknown>[];
}

function table(name: string): readonly Record<string, unknown>[] | undefined {
  const file = sharedPath('corpus', 'config', 'scrape', 'upstream-test-tables.json');
  if (file === undefined) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as Table[]).find(({ test }) => test === name)?.cases;
}

function scraped(line: string): Labels {
  return seriesLabels(scanText(new TextEncoder().encode(`${line}\n`)), 0);
}

function labelsOf(list: unknown): Labels {
  return Labels.fromPairs(...((list ?? []) as string[]));
}

describe('sample labels', () => {
  it('yield to the target’s labels as upstream’s tables say', function () {
    const honor = table('testScrapeLoopAppendHonorLabels');
    const prefixed = table('testScrapeLoopAppendForConflictingPrefixedLabels');
    if (honor === undefined || prefixed === undefined) return this.skip();
    for (const row of honor) {
      const options = jobOptions(`honor_labels: ${row.honorLabels === true}`);
      const result = sampleLabels(scraped(row.scrapeText as string), labelsOf(row.discoveryLabels), options);
      assert.equal(result.kind, 'kept');
      if (result.kind === 'kept') assert.deepEqual({ ...result.labels.toObject() }, row.expLset);
    }
    for (const row of prefixed) {
      const result = sampleLabels(
        scraped(row.exposedLabels as string),
        labelsOf(row.targetLabels),
        jobOptions(),
      );
      assert.equal(result.kind, 'kept');
      if (result.kind === 'kept') assert.ok(result.labels.equals(labelsOf(row.expected)), String(row.name));
    }
  });

  it('are held to their limits as upstream’s table says', function () {
    const cases = table('testScrapeLoopLabelLimit');
    if (cases === undefined) return this.skip();
    for (const row of cases) {
      const limits = row.labelLimits as Record<string, number>;
      const options = {
        ...jobOptions(),
        labelLimit: limits.labelLimit ?? 0,
        labelNameLengthLimit: limits.labelNameLengthLimit ?? 0,
        labelValueLengthLimit: limits.labelValueLengthLimit ?? 0,
      };
      const result = sampleLabels(
        scraped(row.scrapeLabels as string),
        labelsOf(row.discoveryLabels),
        options,
      );
      assert.equal(result.kind === 'invalid', row.expectErr, String(row.title));
    }
  });

  const texts: readonly [yaml: string, line: string, error: string][] = [
    ['label_limit: 1', 'm{a="1"} 1', 'label_limit exceeded (metric: m, number of labels: 2, limit: 1)'],
    [
      'label_name_length_limit: 8',
      'm{abcdefghi="1"} 1',
      'label_name_length_limit exceeded (metric: m, label name: abcdefghi, length: 9, limit: 8)',
    ],
    [
      'label_value_length_limit: 2',
      'm{a="123"} 1',
      'label_value_length_limit exceeded (metric: m, label name: a, value: "123", length: 3, limit: 2)',
    ],
    [
      'metric_relabel_configs: [{target_label: __name__, replacement: ""}]',
      'm{a="1"} 1',
      'missing metric name (__name__ label)',
    ],
    [
      '',
      `m{a="${'x'.repeat(2 ** 24)}"} 1`,
      'label of 16777216 bytes in metric "m": at most 16777215 can be stored',
    ],
  ];
  for (const [yaml, line, error] of texts) {
    it(`are refused: ${error}`, () => {
      const result = sampleLabels(scraped(line), Labels.empty, jobOptions(yaml));
      assert.equal(result.kind === 'invalid' ? result.error : result.kind, error);
    });
  }
});
