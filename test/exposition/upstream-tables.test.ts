import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  exemplarAt,
  metricTypes,
  pageEntries,
  type ScannedPage,
  scanOpenMetrics,
  scanText,
  seriesLabels,
} from '../../src/exposition/index.js';
import { sharedPath } from '../support/shared.js';
import { expositionDifferences } from './differences.js';

interface ExpectedEntry {
  readonly m?: string;
  readonly v?: number | { readonly $float64bits: string };
  readonly t?: number;
  /** A type instead of labels where the extraction of the table lost them. */
  readonly lset?: string | Record<string, string> | { readonly plain: Record<string, string> };
  readonly es?: readonly {
    readonly Labels: Record<string, string>;
    readonly Value: number;
    readonly Ts?: number;
  }[];
  readonly typ?: string;
  readonly help?: string;
  readonly unit?: string;
  readonly comment?: string;
}

type TableInput = string | { readonly $bytes_base64: string };

interface Table {
  readonly test?: string;
  readonly function?: string;
  readonly input?: TableInput;
  readonly expected?: readonly ExpectedEntry[];
  readonly table?: readonly { readonly input: TableInput; readonly err?: string }[];
}

const scans = {
  'prometheus-text': scanText,
  openmetrics: scanOpenMetrics,
  nhcb: undefined,
  protobuf: undefined,
};

function bytesOf(input: TableInput): Uint8Array {
  return typeof input === 'string' ? Buffer.from(input) : Buffer.from(input.$bytes_base64, 'base64');
}

function formatNumber(value: ExpectedEntry['v']): string {
  return typeof value === 'object' ? 'NaN' : String(value);
}

function expectedEntry(entry: ExpectedEntry): Record<string, unknown> {
  if (entry.typ !== undefined) return { kind: 'type', name: entry.m, text: entry.typ };
  if (entry.help !== undefined) return { kind: 'help', name: entry.m, text: entry.help };
  if (entry.unit !== undefined) return { kind: 'unit', name: entry.m, text: entry.unit };
  if (entry.comment !== undefined) return { kind: 'comment', text: entry.comment };
  const { lset = {} } = entry;
  const labels = typeof lset === 'string' ? undefined : 'plain' in lset ? lset.plain : lset;
  return {
    kind: 'series',
    series: entry.m,
    value: formatNumber(entry.v ?? 0),
    timestamp: entry.t,
    labels: labels && { ...(labels as Record<string, string>) },
    exemplars: (entry.es ?? []).map(({ Labels, Value, Ts }) => ({
      labels: { ...Labels },
      value: Value,
      timestamp: Ts,
    })),
  };
}

function foundEntries(page: ScannedPage): Record<string, unknown>[] {
  return [...pageEntries(page)].map((entry) => {
    if (entry.kind === 'type') return { kind: 'type', name: entry.name, text: entry.type };
    if (entry.kind !== 'series') return { ...entry };
    const { row } = entry;
    const timestamp = page.timestamps[row] as number;
    const exemplars = [...page.exemplars.rows.subarray(0, page.exemplars.count).keys()]
      .filter((index) => page.exemplars.rows[index] === row)
      .map((index) => exemplarAt(page, index));
    return {
      kind: 'series',
      series: Buffer.from(page.bytes.subarray(page.seriesStart[row], page.seriesEnd[row])).toString(),
      value: String(page.values[row]),
      timestamp: Number.isNaN(timestamp) ? undefined : timestamp,
      labels: { ...seriesLabels(page, row).toObject() },
      exemplars: exemplars.map(({ labels, value, timestampMs, hasTimestamp }) => ({
        labels: { ...labels.toObject() },
        value,
        timestamp: hasTimestamp ? timestampMs : undefined,
      })),
    };
  });
}

/** Whether upstream's parser takes the line for a start timestamp alone when it is told to. */
function isCreatedLine(page: ScannedPage, row: number): boolean {
  const type = metricTypes[page.metricTypes[row] as number] as string;
  const name = seriesLabels(page, row).get('__name__');
  return name.endsWith('_created') && ['counter', 'summary', 'histogram'].includes(type);
}

function withoutCreatedLines(page: ScannedPage): Record<string, unknown>[] {
  const rows = [...pageEntries(page)];
  return foundEntries(page).filter((_, i) => {
    const entry = rows[i];
    return entry?.kind !== 'series' || !isCreatedLine(page, entry.row);
  });
}

describe('upstream parser tables', () => {
  const dir = sharedPath('corpus', 'textparse', 'upstream');
  const rules = expositionDifferences().filter(({ matcher }) => matcher.upstreamTable !== undefined);
  const matched = new Map(rules.map(({ id }) => [id, 0]));

  it('gives the entries and errors of the tables, save known differences', function () {
    if (dir === undefined) return this.skip();
    const counts = { entries: 0, withoutLabels: 0, errors: 0, skipped: 0 };
    for (const [file, scan] of Object.entries(scans)) {
      const tables = JSON.parse(readFileSync(path.join(dir, `${file}.json`), 'utf8')) as Table[];
      for (const table of tables) {
        const name = `${file.replace('prometheus-', '')}/${table.test ?? table.function}`;
        const rule = rules.find(({ matcher }) => new RegExp(matcher.upstreamTable as string).test(name));
        if (rule !== undefined) matched.set(rule.id, (matched.get(rule.id) ?? 0) + 1);
        if (rule?.matcher.skips === true) {
          counts.skipped++;
          continue;
        }
        assert.ok(scan, name);
        if (table.expected !== undefined) {
          const page: ScannedPage = scan(bytesOf(table.input as TableInput), { comments: true });
          assert.equal(page.error, undefined, name);
          const found = rule === undefined ? foundEntries(page) : withoutCreatedLines(page);
          const expected = table.expected.map(expectedEntry);
          expected.forEach((entry, i) => {
            if (entry.kind !== 'series' || entry.labels !== undefined) return;
            entry.labels = found[i]?.labels;
            counts.withoutLabels++;
          });
          assert.deepEqual(found, expected, name);
          counts.entries += found.length;
        }
        for (const { input, err } of table.table ?? []) {
          const page: ScannedPage = scan(bytesOf(input));
          assert.equal(page.error?.message ?? '', err === 'EOF' ? '' : (err ?? ''), JSON.stringify(input));
          counts.errors++;
        }
      }
    }
    assert.deepEqual(counts, { entries: 158, withoutLabels: 15, errors: 109, skipped: 11 });
    assert.deepEqual(
      [...matched].filter(([, count]) => count === 0),
      [],
    );
  });

  it('reads the big pages of upstream without a fault', function () {
    if (dir === undefined) return this.skip();
    const found: Record<string, number> = {};
    for (const file of readdirSync(path.join(dir, 'testdata'))) {
      const bytes = readFileSync(path.join(dir, 'testdata', file));
      const page = (file.endsWith('.om.txt') ? scanOpenMetrics : scanText)(bytes);
      assert.equal(page.error, undefined, file);
      found[file] = page.sampleCount;
    }
    assert.equal(Object.keys(found).length, 4);
  });
});

describe('OpenMetrics specification tests', () => {
  it('accepts every page that the specification accepts, and of the others those of the rules', function () {
    const dir = sharedPath('corpus', 'textparse', 'openmetrics-spec-tests', 'parsers');
    if (dir === undefined) return this.skip();
    const rules = expositionDifferences().filter(({ matcher }) => matcher.specificationCase !== undefined);
    const matched = new Map(rules.map(({ id }) => [id, 0]));
    const names = readdirSync(dir);
    assert.equal(names.length, 211);
    for (const name of names) {
      const { file, shouldParse } = JSON.parse(readFileSync(path.join(dir, name, 'test.json'), 'utf8')) as {
        file: string;
        shouldParse: boolean;
      };
      const { error } = scanOpenMetrics(readFileSync(path.join(dir, name, file)));
      if (shouldParse) assert.equal(error, undefined, name);
      else if (error === undefined) {
        const rule = rules.find(({ matcher }) => new RegExp(matcher.specificationCase as string).test(name));
        assert.ok(rule, `${name} is accepted and no rule says so`);
        matched.set(rule.id, (matched.get(rule.id) ?? 0) + 1);
      }
    }
    for (const { id, matcher } of rules) assert.equal(matched.get(id), matcher.count, id);
  });
});
