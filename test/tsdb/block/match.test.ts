import assert from 'node:assert/strict';
import { type Random, seededRandom, systemDisk } from '../../../src/base/index.js';
import { type Labels, Matcher, type MatchType } from '../../../src/model/index.js';
import { SymbolTable } from '../../../src/storage/index.js';
import { type Block, blockSource, openBlock, seriesBound } from '../../../src/tsdb/block/index.js';
import { corpusBlocks } from './corpus-blocks.js';
import { always, anySeries } from './read-source.js';

const cases = 400;
const seed = Number(process.env.SEED ?? 20261);

function labelsOf(block: Block, matchers: readonly Matcher[]): Labels[] {
  const symbols = new SymbolTable();
  const matched = blockSource({ block, window: always }).match({ ...always, matchers, symbols });
  const found: Labels[] = [];
  for (let i = 0; i < matched.count; i++) found.push(symbols.labels(matched.labels(i)));
  matched.close();
  return found;
}

function randomMatcher(random: Random, all: readonly Labels[]): Matcher {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.float() * list.length)] as T;
  const pairs = [...pick(all)];
  const [name, value] = pick(pairs);
  const [, other] = pick(pairs);
  const type = pick<MatchType>(['=', '!=', '=~', '!~', '=', '=~']);
  if (type === '=' || type === '!=') return new Matcher(type, name, pick([value, value, '', 'nothing']));
  const quote = (text: string): string =>
    text.replace(/[^a-z0-9_ ]/gi, (one) => `\\x{${one.codePointAt(0)?.toString(16)}}`);
  const pattern = pick([
    quote(value),
    `${quote(value)}|${quote(other)}`,
    `${quote(value.slice(0, 3))}.*`,
    `.*${quote(value.slice(-2))}`,
    '.*',
    '.+',
    '',
    `${quote(value)}|`,
    '[a-m].*',
  ]);
  return new Matcher(type, name, pattern);
}

describe('matching the series of a block', () => {
  for (const { name, directory, isDownsampled } of corpusBlocks().slice(0, 12)) {
    if (isDownsampled) continue;
    it(`gives in ${name} what testing every series gives (${cases} cases, seed ${seed})`, async () => {
      const block = await openBlock({ disk: systemDisk, directory });
      const random = seededRandom(seed);
      const all = labelsOf(block, anySeries);
      for (let i = 0; i < cases; i++) {
        const matchers = Array.from({ length: 1 + (i % 3) }, () => randomMatcher(random, all));
        const expected = all.filter((labels) => matchers.every((one) => one.matches(labels.get(one.name))));
        assert.deepEqual(labelsOf(block, matchers).map(String), expected.map(String), matchers.join());
        checkBound({ block, matchers, expected });
        // Names and values are told of series whose samples are all deleted, too, as upstream does.
        if (block.tombstones.size === 0) checkLabels({ block, matchers, expected });
      }
      await block.close();
    });
  }
});

/** No matcher may bring more series than the bound says, and one that names its value says it exactly. */
function checkBound({
  block,
  matchers,
  expected,
}: {
  block: Block;
  matchers: Matcher[];
  expected: Labels[];
}): void {
  const bound = seriesBound(block, matchers);
  assert.ok(bound >= expected.length, `${bound} for ${expected.length} of ${matchers.join()}`);
  const [first] = matchers;
  const isNamed =
    matchers.length === 1 && block.tombstones.size === 0 && first?.type === '=' && first.value !== '';
  if (isNamed) assert.equal(bound, expected.length, matchers.join());
}

function checkLabels({
  block,
  matchers,
  expected,
}: {
  block: Block;
  matchers: Matcher[];
  expected: Labels[];
}): void {
  const source = blockSource({ block, window: always });
  const names = new Set<string>();
  source.labelNames(matchers, names);
  assert.deepEqual(
    [...names].sort(),
    [...new Set(expected.flatMap((one) => [...one].map(([n]) => n)))].sort(),
  );
  for (const name of ['__name__', matchers[0]?.name as string]) {
    const values = new Set<string>();
    source.labelValues(name, matchers, values);
    const own = new Set(expected.map((labels) => labels.get(name)).filter((value) => value !== ''));
    assert.deepEqual([...values].sort(), [...own].sort(), `${name} of ${matchers.join()}`);
  }
}
