import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { systemDisk } from '../../../src/base/index.js';
import { renderAnalysis, renderBlockList } from '../../../src/cli/index.js';
import { analyzeDirectory, reportBlocks } from '../../../src/tsdb/index.js';
import {
  corpusSet,
  corpusSets,
  digestsOf,
  dumpText,
  linesBySeries,
  readExpected,
  type SeriesDigest,
  withoutTies,
} from './corpus-cases.js';

interface Difference {
  readonly id: string;
  readonly rule: string;
  readonly upstream: string;
  /** Of the series, as they are printed, in these sets. */
  readonly sets: readonly string[];
  readonly matcher: string;
  /** So many floats are dumped that upstream does not dump. */
  readonly moreFloats: number;
}

const differences = JSON.parse(readFileSync('test/differences/tsdb-dump.json', 'utf8')) as Difference[];
const listLimit = 20;
/** What `dump-openmetrics-selected.txt.gz` was asked with. */
const selectedOf: Readonly<Record<string, readonly string[] | undefined>> = {
  'capture-main': ['{job=~"om|pb|push"}', '{__name__=~"demo_(negzero|odd_values)|ALERTS"}'],
  'capture-v3-snapshot': ['{job=~"late|om|pb"}'],
};

/** Whether a series of the set may differ. */
function mayDiffer(set: string, series: string): boolean {
  return differences.some(({ sets, matcher }) => sets.includes(set) && new RegExp(matcher, 's').test(series));
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** The OpenMetrics lines of float series that rules name whose samples the recorded dump does not have. */
async function moreLines(set: string, data: string, recorded: string): Promise<Set<string>> {
  const known = linesBySeries(readExpected(recorded));
  const more = new Set<string>();
  const rules = differences.filter(({ sets, moreFloats }) => sets.includes(set) && moreFloats > 0);
  const { text } = await dumpText(data, 'prom');
  for (const series of linesBySeries(text).keys()) {
    if (!rules.some(({ matcher }) => new RegExp(matcher, 's').test(series))) continue;
    const options = { selectors: [series] };
    const plain = linesOf((await dumpText(data, 'prom', options)).text);
    const found = linesOf((await dumpText(data, 'openmetrics', options)).text);
    // The last line ends the text.
    assert.equal(found.length, plain.length + 1);
    const wanted = new Set(known.get(series));
    plain.forEach((line, i) => {
      if (!wanted.has(line)) more.add(found[i] as string);
    });
  }
  return more;
}

/** Shows the first line that differs, not all. */
function assertLines(found: readonly string[], wanted: readonly string[]): void {
  const at = wanted.findIndex((line, i) => line !== found[i]);
  if (at >= 0) assert.equal(found[at], wanted[at], `line ${at + 1}`);
  assert.equal(found.length, wanted.length);
}

for (const name of corpusSets) {
  describe(`inspecting ${name}`, () => {
    const set = corpusSet(name);
    before(function () {
      if (set === undefined) this.skip();
    });
    const { data = '', expected = '' } = set ?? {};
    const files = expected === '' ? [] : readdirSync(expected);

    it('lists its blocks as promtool does', async () => {
      const { blocks, skipped, corrupted } = await reportBlocks(systemDisk, data);
      assert.deepEqual([skipped, corrupted], [[], []]);
      assert.equal(renderBlockList(blocks, false), readExpected(path.join(expected, 'list.txt')));
      assert.equal(renderBlockList(blocks, true), readExpected(path.join(expected, 'list-r.txt')));
    });

    for (const file of files.filter((entry) => entry.startsWith('analyze-'))) {
      it(`analyzes as promtool does: ${file}`, async () => {
        const extended = file.includes('extended');
        const block = /([0-9A-Z]{26})\.txt$/.exec(file)?.[1];
        const request = {
          disk: systemDisk,
          directory: data,
          block,
          limit: listLimit,
          matchers: undefined,
          extended,
        };
        const text = renderAnalysis(await analyzeDirectory(request), undefined);
        const wanted = readExpected(path.join(expected, file));
        assert.equal(withoutTies(text, listLimit), withoutTies(wanted, listLimit));
      });
    }

    it('dumps each series with the samples that promtool dumps', async () => {
      const { text, damages } = await dumpText(data, 'prom');
      assert.deepEqual(damages, []);
      const dumped = linesBySeries(text);
      const found = digestsOf(dumped);
      const wanted = linesOf(readExpected(path.join(expected, 'dump-digest.jsonl.gz'))).map(
        (line) => JSON.parse(line) as SeriesDigest,
      );
      const wrong = wanted.filter(({ series, samples, first, last, sha256 }) => {
        const other = found.get(series);
        return (
          other?.sha256 !== sha256 ||
          other.samples !== samples ||
          other.first !== first ||
          other.last !== last
        );
      });
      const known = new Set(wanted.map(({ series }) => series));
      const unknown = [...found.keys()].filter((series) => !known.has(series));
      const unexplained = [...wrong.map(({ series }) => series), ...unknown].filter(
        (series) => !mayDiffer(name, series),
      );
      assert.deepEqual(unexplained.slice(0, 20), [], `${unexplained.length} of ${wanted.length} series`);
      const rules = differences.filter(({ sets }) => sets.includes(name));
      for (const { id, matcher } of rules)
        assert.ok(
          wrong.some(({ series }) => new RegExp(matcher, 's').test(series)),
          `rule ${id} matches nothing`,
        );
      const raw = ['dump.txt.gz', 'dump-selected.txt.gz'].find((file) => files.includes(file));
      if (raw === undefined) return;
      const wantedRaw = linesBySeries(readExpected(path.join(expected, raw)));
      const same = [...wantedRaw.keys()].filter((series) => !mayDiffer(name, series));
      const inOrder = [...dumped.keys()].filter(
        (series) => wantedRaw.has(series) && !mayDiffer(name, series),
      );
      assertLines(inOrder, same);
      for (const series of same) assertLines(dumped.get(series) ?? [], wantedRaw.get(series) ?? []);
    });

    it('dumps the labels of its series as JSON', async () => {
      const { text } = await dumpText(data, 'seriesjson');
      const wanted = linesOf(readExpected(path.join(expected, 'dump-seriesjson.txt.gz')));
      assertLines(linesOf(text).sort(), wanted.sort());
    });

    const whole = path.join(expected, 'dump-openmetrics.txt.gz');
    const selectors = selectedOf[name];
    if (existsSync(whole)) {
      it('dumps OpenMetrics text', async () => {
        const { text } = await dumpText(data, 'openmetrics');
        assertLines(linesOf(text), linesOf(readExpected(whole)));
      });
    } else if (selectors !== undefined) {
      it('dumps OpenMetrics text of some series', async () => {
        const selected = path.join(expected, 'dump-openmetrics-selected.txt.gz');
        const { text } = await dumpText(data, 'openmetrics', { selectors });
        // A head alone is dumped in the order of its series, which this recording does not keep.
        assertLines(linesOf(text).sort(), linesOf(readExpected(selected)).sort());
      });
    }

    const digest = path.join(expected, 'dump-openmetrics.json');
    if (!existsSync(digest)) return;
    it('dumps all of its OpenMetrics text', async () => {
      const { text } = await dumpText(data, 'openmetrics');
      const { lines, sha256_of_sorted_lines: sha256 } = JSON.parse(readFileSync(digest, 'utf8')) as {
        lines: number;
        sha256_of_sorted_lines: string;
      };
      const rules = differences.filter(({ sets }) => sets.includes(name));
      const all = linesOf(text);
      const isMore = rules.some(({ moreFloats }) => moreFloats > 0);
      const recorded = path.join(expected, 'dump-selected.txt.gz');
      const more = isMore ? await moreLines(name, data, recorded) : new Set<string>();
      assert.equal(
        more.size,
        rules.reduce((sum, { moreFloats }) => sum + moreFloats, 0),
      );
      const found = all.filter((line) => !more.has(line)).map((line) => Buffer.from(`${line}\n`));
      assert.equal(found.length, lines);
      const sorted = Buffer.concat(found.sort(Buffer.compare));
      assert.equal(createHash('sha256').update(sorted).digest('hex'), sha256);
    });
  });
}
