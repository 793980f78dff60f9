import assert from 'node:assert/strict';
import {
  createScanScratch,
  duplicateName,
  exemplarAt,
  pageEntries,
  scanOpenMetrics,
  scanText,
  seriesLabels,
  seriesPairs,
} from '../../src/exposition/index.js';
import { isMetricName, wordsOf } from '../../src/model/index.js';
import { describePage } from './describe-page.js';

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('scanText', () => {
  const sound: readonly { name: string; page: string; labels: string; value: number; timestamp?: number }[] =
    [
      { name: 'a bare sample', page: 'a 1\n', labels: '{__name__="a"}', value: 1 },
      { name: 'a page without its last line feed', page: 'a 1', labels: '{__name__="a"}', value: 1 },
      {
        name: 'a timestamp',
        page: 'a 1 -0'.replace('-0', '1520879607789\n'),
        labels: '{__name__="a"}',
        value: 1,
        timestamp: 1520879607789,
      },
      {
        name: 'white space wherever it may stand',
        page: 'a\t{ b = "c" ,\td="e" , }\t1  2 \n',
        labels: '{__name__="a", b="c", d="e"}',
        value: 1,
        timestamp: 2,
      },
      {
        name: 'labels without a comma',
        page: 'a{b="c" d="e"} 1\n',
        labels: '{__name__="a", b="c", d="e"}',
        value: 1,
      },
      { name: 'a value without a space', page: 'a{b="c"}1\n', labels: '{__name__="a", b="c"}', value: 1 },
      {
        name: 'escapes',
        page: 'a{b="\\\\ \\" \\n \\x"} 1\n',
        labels: '{__name__="a", b="\\\\ \\" \\n \\\\x"}',
        value: 1,
      },
      {
        name: 'a line feed in a label value',
        page: 'a{b="c\nd"} 1\n',
        labels: '{__name__="a", b="c\\nd"}',
        value: 1,
      },
      {
        name: 'braces, quotes and hashes in a label value',
        page: 'a{b="} # {\\"",c="="} 1\n',
        labels: '{__name__="a", b="} # {\\"", c="="}',
        value: 1,
      },
      {
        name: 'a quoted name',
        page: '{"a.b","c d"="e"} 1\n',
        labels: '{__name__="a.b", "c d"="e"}',
        value: 1,
      },
      {
        name: 'labels out of order',
        page: 'a{z="1",A="2",b="3"} 1\n',
        labels: '{A="2", __name__="a", b="3", z="1"}',
        value: 1,
      },
      {
        name: 'labels that objects have already',
        page: 'a{__proto__="1",constructor="2"} 1\n',
        labels: '{__name__="a", __proto__="1", constructor="2"}',
        value: 1,
      },
      {
        name: 'a label of an empty value',
        page: 'a{b="",c="d"} 1\n',
        labels: '{__name__="a", c="d"}',
        value: 1,
      },
      {
        name: 'the later of two labels of a name',
        page: 'a{b="1",b="2"} 1\n',
        labels: '{__name__="a", b="2"}',
        value: 1,
      },
      {
        name: 'NUL bytes in a label value',
        page: 'a{b="c\0\0d"} 1\n',
        labels: '{__name__="a", b="c\\x00\\x00d"}',
        value: 1,
      },
      {
        name: 'upstream’s reading of NUL bytes behind a value',
        page: 'a{b="c"\0} 1\n',
        labels: '{__name__="a", b="c\\""}',
        value: 1,
      },
      {
        name: 'white space before a name as part of it',
        page: '  a 1\n',
        labels: '{__name__="  a"}',
        value: 1,
      },
    ];
  for (const { name, page, labels, value, timestamp } of sound) {
    it(`reads ${name}`, () => {
      const scanned = scanText(bytesOf(page));
      assert.equal(scanned.error, undefined);
      assert.equal(scanned.sampleCount, 1);
      assert.equal(scanned.values[0], value);
      assert.deepEqual(scanned.timestamps[0], timestamp ?? Number.NaN);
      assert.equal(seriesLabels(scanned, 0).toString(), labels);
    });
  }

  const faults: readonly { page: string; samples: number; line: number; column: number; message: string }[] =
    [
      {
        page: 'a 1\nb x\n',
        samples: 1,
        line: 2,
        column: 3,
        message: 'strconv.ParseFloat: parsing "x": invalid syntax while parsing: "b x"',
      },
      {
        page: 'a 1\n\n\nb 1 1.5\n',
        samples: 1,
        line: 4,
        column: 6,
        message: 'expected next entry after timestamp, got "." ("INVALID") while parsing: "b 1 1."',
      },
      {
        page: 'a{b="\xff"} 1\n',
        samples: 0,
        line: 1,
        column: 5,
        message: 'invalid UTF-8 label value: "\\"\\xff\\""',
      },
      {
        page: 'a 1e999\n',
        samples: 0,
        line: 1,
        column: 3,
        message: 'strconv.ParseFloat: parsing "1e999": value out of range while parsing: "a 1e999"',
      },
      {
        page: 'a 1 9223372036854775808\n',
        samples: 0,
        line: 1,
        column: 5,
        message:
          'strconv.ParseInt: parsing "9223372036854775808": value out of range while parsing: "a 1 9223372036854775808"',
      },
      { page: '# TYPE a b\n', samples: 0, line: 1, column: 10, message: 'invalid metric type "b"' },
      {
        page: '{} 1\n',
        samples: 0,
        line: 1,
        column: 1,
        message: 'metric name not set while parsing: "{} 1"',
      },
      {
        page: 'a{"b"} 1\n',
        samples: 0,
        line: 1,
        column: 4,
        message: 'metric name already set while parsing: "a{\\"b\\"}"',
      },
      {
        page: '# HELP a \xff\n',
        samples: 0,
        line: 1,
        column: 10,
        message: 'help text "\\xff" is not a valid utf8 string',
      },
    ];
  for (const { page, samples, line, column, message } of faults) {
    it(`says where ${JSON.stringify(page)} is wrong, in upstream’s words`, () => {
      const { error, sampleCount } = scanText(bytesOf(page));
      assert.equal(error?.message, message);
      assert.deepEqual([error.line, error.column, sampleCount], [line, column, samples]);
    });
  }

  it('writes bounds of buckets and quantiles as OpenMetrics does, once a TYPE line asks for it', () => {
    const page = scanText(
      bytesOf(
        'a_bucket{le="1"} 1\n# TYPE a histogram\na_bucket{le="1"} 1\na_bucket{le="x",quantile="1"} 1\n# TYPE b summary\nb{quantile="0.50"} 1\n',
      ),
    );
    const bounds = [0, 1, 2, 3].map((row) => seriesPairs(page, row).slice(2).join());
    assert.deepEqual(bounds, ['le,1', 'le,1.0', 'le,x,quantile,1', 'quantile,0.5']);
  });

  it('stores NaN with the bits of upstream’s normal NaN', () => {
    const page = scanText(bytesOf('a NaN\nb nan\n'));
    assert.deepEqual([...wordsOf(page.values).subarray(0, 4)], [1, 0x7ff80000, 1, 0x7ff80000]);
  });

  it('keeps a name that is no UTF-8 apart from sound ones', () => {
    const page = scanText(bytesOf('{"\xff"} 1\n'));
    assert.equal(isMetricName(seriesLabels(page, 0).get('__name__')), false);
  });

  it('tells a name that stands twice', () => {
    const page = scanText(bytesOf('a{b="1",c="",b="2"} 1\na{b="1"} 1\n'));
    assert.deepEqual(seriesPairs(page, 0), ['__name__', 'a', 'b', '1', 'b', '2', 'c', '']);
    assert.deepEqual(
      [0, 1].map((row) => duplicateName(seriesPairs(page, row))),
      ['b', undefined],
    );
  });

  it('gives metadata and samples in the order of the page, and comments when asked', () => {
    const bytes = bytesOf('# HELP a b\\\\\\n\\"\na 1\n# c\n# TYPE d untyped\nd 2\n#e\n');
    const kinds = (comments: boolean): string[] =>
      [...pageEntries(scanText(bytes, { comments }))].map((e) => e.kind);
    assert.deepEqual(kinds(true), ['help', 'series', 'comment', 'type', 'series', 'comment']);
    assert.deepEqual(kinds(false), ['help', 'series', 'type', 'series']);
    assert.deepEqual(describePage(scanText(bytes))[0], { kind: 'help', name: 'a', text: 'b\\\n\\"' });
  });

  it('fills a scratch anew, growing it when a page is bigger', () => {
    const scratch = createScanScratch();
    const big = Array.from({ length: 5000 }, (_, i) => `a{b="${i}"} ${i}\n# TYPE a gauge\n`).join('');
    for (const [text, count] of [
      ['a 1\n', 1],
      [big, 5000],
      ['b 2\n', 1],
      ['', 0],
    ] as const) {
      const page = scanText(bytesOf(text), { scratch });
      assert.deepEqual([page.sampleCount, page.error], [count, undefined]);
      for (let row = 0; count > 1 && row < count; row++) assert.equal(page.values[row], row);
    }
  });
});

describe('scanOpenMetrics', () => {
  it('reads exemplars, with and without a timestamp', () => {
    const page = scanOpenMetrics(
      bytesOf('a_total 1 2.5 # {b="c",d="\\n"} 3 4.5\nb_total 1\nc_total 1 # {} NaN\n# EOF\n'),
    );
    assert.equal(page.error, undefined);
    assert.deepEqual([...page.exemplars.rows.subarray(0, page.exemplars.count)], [0, 2]);
    const first = exemplarAt(page, 0);
    assert.equal(first.labels.toString(), '{b="c", d="\\\\n"}');
    assert.deepEqual([first.value, first.timestampMs, first.hasTimestamp], [3, 4500, true]);
    const second = exemplarAt(page, 1);
    assert.deepEqual([second.labels.size, second.value, second.hasTimestamp], [0, Number.NaN, false]);
    assert.deepEqual([...page.timestamps.subarray(0, 3)], [2500, Number.NaN, Number.NaN]);
  });

  const ends: readonly [string, string | undefined, number][] = [
    ['a 1\n# EOF', undefined, 1],
    ['a 1\n# EOF\n', undefined, 1],
    ['a 1\n', 'data does not end with # EOF', 1],
    ['a 1', 'data does not end with # EOF', 0],
    ['', 'data does not end with # EOF', 0],
    ['# EOF\n\n', 'unexpected data after # EOF', 0],
    ['a 1 \n# EOF\n', 'expected a valid start token, got "\\n#" ("LINEBREAK") while parsing: "\\n#"', 1],
    ['a 1 NaN\n# EOF\n', 'invalid timestamp NaN', 0],
    ['a 1 1e300\n# EOF\n', undefined, 1],
    ['# UNIT a_b_seconds seconds\n# EOF\n', undefined, 0],
    ['# UNIT a.seconds seconds\n# EOF\n', 'expected text in UNIT', 0],
    ['# UNIT "a.seconds" seconds\n# EOF\n', 'unit "seconds" not a suffix of metric "a.seconds"', 0],
  ];
  for (const [text, message, samples] of ends) {
    it(`answers ${JSON.stringify(text)} as upstream does`, () => {
      const { error, sampleCount } = scanOpenMetrics(bytesOf(text));
      assert.deepEqual([error?.message, sampleCount], [message, samples]);
    });
  }
});
