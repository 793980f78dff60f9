import type { Random } from '../../src/base/index.js';
import type { TextFormat } from '../../src/exposition/index.js';

/** Lines that both formats read. */
const plainLines: readonly string[] = [
  '# HELP go_goroutines Number of goroutines that currently exist.\n',
  '# TYPE go_goroutines gauge\n',
  'go_goroutines 33\n',
  '# TYPE rpc_seconds summary\n',
  'rpc_seconds{quantile="0.5",service="a"} 4.9351e-05\n',
  'rpc_seconds{quantile="1"} NaN\n',
  'rpc_seconds_sum 1.7560473e+07\n',
  '# TYPE request_seconds histogram\n',
  'request_seconds_bucket{le="0.05"} 24054\n',
  'request_seconds_bucket{le="+Inf"} 144320\n',
  'request_seconds_created 1520430000.123\n',
  '# HELP "http.server.latency" Quoted \\\\ \\n \\" text ä\n',
  '# TYPE "http.server.latency" counter\n',
  '{"http.server.latency","http.status"="2ö0",path="日本"} +Inf\n',
  '{"http.server.latency"} -1e-7 12\n',
];

/** Lines of one format, some of which the other refuses. */
const ownLines: Readonly<Record<TextFormat, readonly string[]>> = {
  text: [
    'go_goroutines 33 1520879607789\n',
    'plain{a="b" , c = "d",} 0.000012345678901234567\n',
    'plain { } -0\n',
    '# a comment\n',
    '\n',
    ' \t\n',
  ],
  openmetrics: [
    'go_goroutines 33 1520879607.789\n',
    '# UNIT rpc_seconds seconds\n',
    '# TYPE s stateset\ns{s="a"} 1\n',
    'request_seconds_bucket{le="1",path="/a\\\\b\\"c\\n"} 24054 # {trace_id="KOO5S4vxi0o"} 0.67 1520879607.789\n',
  ],
};

/** Pieces at which the lexers turn. */
const pieces: readonly string[] = [
  '\0',
  '\n',
  '\r\n',
  ' ',
  '\t',
  '"',
  '\\',
  '\\n',
  '{',
  '}',
  '=',
  ',',
  '#',
  '# ',
  ' # {a="b"} 1',
  ' # {',
  '\xff',
  '\xc3',
  '\xed\xa0\x80',
  'ä',
  '0x1p3',
  '1_0',
  '1e999',
  'inf',
  '-Infinity',
  'nan',
  'e',
  '.',
  '-',
  '99999999999999999999',
  '9223372036854775807',
  '{}',
  '""',
  '{"a"}',
  '"a"="b"',
  'HELP ',
  '# HELP ',
  '# TYPE ',
  '# EOF',
  ' 1e300',
];

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.uint32() % items.length] as T;
}

/** A page of a few lines with up to four defects. */
export function mutatePage(random: Random, format: TextFormat): Uint8Array {
  const other = format === 'text' ? 'openmetrics' : 'text';
  const lines = [...plainLines, ...ownLines[format], pick(random, ownLines[other])];
  const parts: Buffer[] = [];
  for (let count = 1 + (random.uint32() % 6); count > 0; count--)
    parts.push(Buffer.from(pick(random, lines)));
  if (random.uint32() % 8 !== 0) parts.push(Buffer.from('# EOF\n'));
  let page: Buffer = Buffer.concat(parts);
  for (let count = random.uint32() % 5; count > 0; count--) page = withDefect(random, page);
  return new Uint8Array(page);
}

function withDefect(random: Random, page: Buffer): Buffer {
  const at = page.length === 0 ? 0 : random.uint32() % page.length;
  // Latin-1 keeps the pieces that are no UTF-8.
  const piece = Buffer.from(pick(random, pieces), random.uint32() % 8 === 0 ? 'utf8' : 'latin1');
  switch (random.uint32() % 6) {
    case 0:
      return Buffer.concat([page.subarray(0, at), page.subarray(at + 1)]);
    case 1:
      return Buffer.concat([page.subarray(0, at), piece, page.subarray(at)]);
    case 2:
      return Buffer.concat([page.subarray(0, at), piece, page.subarray(at + piece.length)]);
    case 3: {
      const changed = Buffer.from(page);
      changed[at] = random.uint32() & 0xff;
      return changed;
    }
    case 4:
      return page.subarray(0, at);
    default: {
      const length = random.uint32() % 12;
      return Buffer.concat([page.subarray(0, at + length), page.subarray(at)]);
    }
  }
}
