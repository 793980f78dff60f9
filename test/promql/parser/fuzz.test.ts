import assert from 'node:assert/strict';
import { type Random, seededRandom } from '../../../src/base/index.js';
import { ParseError } from '../../../src/promql/index.js';
import {
  parseExpr,
  parseMetric,
  parseMetricSelector,
  parseSeriesDescription,
} from '../../../src/promql/parser/index.js';
import { prettyExpr, printExpr } from '../../../src/promql/printer/index.js';
import { QueryGenerator } from './generate-query.js';

const seed = Number(process.env.SEED ?? 20_261_122);
const rounds = Number(process.env.ROUNDS ?? 20_000);
const options = { experimentalFunctions: true, extendedRangeSelectors: true, fillModifiers: true };

const series = [
  'up{job="x", "a.b"="c"} 1 2 3+1x4 -5-0.5x3 _ _x3 stale 7x2',
  'h {{schema:1 sum:5 count:4 buckets:[1 2 -1] offset:-2 z_bucket:1 z_bucket_w:0.1 n_buckets:[1] n_offset:3}}x2',
  'h {{}} {{schema:-53 custom_values:[1 inf] buckets:[1 2] counter_reset_hint:gauge}}+{{sum:1}}x3 {{ }}',
];
const scraps = [
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '{{',
    '}}',
    ',',
    '=',
    '=~',
    '!',
    '==',
    '+',
    '-',
    '^',
    '</',
    '@',
    ':',
    '#',
    '\\',
  ],
  ...[
    '"',
    "'",
    '`',
    ' ',
    '\n',
    '5m',
    '1e',
    '0x',
    '.',
    '_',
    'é',
    '𝕏',
    '\ud800',
    '\ufffd',
    '\0',
    'by',
    'on',
    'offset',
  ],
  ...[
    'sum',
    'rate',
    'bool',
    'fill(',
    'group_left',
    'start',
    'step',
    'inf',
    'nan',
    'stale',
    'x3',
    'a',
    '@ end()',
  ],
];

function mutate(text: string, random: Random): string {
  let mutated = text;
  for (let i = 1 + Math.floor(random.float() * 4); i > 0; i--) {
    const at = Math.floor(random.float() * (mutated.length + 1));
    const scrap = random.float() < 0.6 ? (scraps[Math.floor(random.float() * scraps.length)] as string) : '';
    const removed = random.float() < 0.5 ? Math.floor(random.float() * 6) : 0;
    mutated = mutated.slice(0, at) + scrap + mutated.slice(at + removed);
  }
  return mutated;
}

const readers: readonly ((text: string) => void)[] = [
  (text) => {
    const expr = parseExpr(text, options);
    printExpr(expr);
    prettyExpr(expr, { maxLineBytes: 10 });
  },
  (text) => void parseExpr(text),
  (text) => void parseExpr(Buffer.from(text, 'utf16le')),
  (text) => void parseMetricSelector(text),
  (text) => void parseMetric(text),
  (text) => void parseSeriesDescription(text, { combineHistograms: (_, base) => base }),
];

describe('PromQL parser on broken text', () => {
  it(`throws nothing but ParseError, with places inside the text (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const generator = new QueryGenerator(random);
    for (let i = 0; i < rounds; i++) {
      const base = i % 4 === 0 ? (series[(i / 4) % series.length] as string) : generator.query();
      const text = mutate(base, random);
      for (const read of readers) attempt(read, text);
    }
  });
});

function attempt(read: (text: string) => void, text: string): void {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof ParseError)) assert.fail(`${JSON.stringify(text)}: ${String(error)}`);
    assert.ok(error.problems.length > 0);
    assert.match(error.message, /^(?:\d+:\d+|unknown position): parse error: ./s);
  }
}
