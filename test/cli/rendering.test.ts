import assert from 'node:assert/strict';
import { Chalk } from 'chalk';
import { CorruptionError, UserError } from '../../src/base/index.js';
import {
  csvLine,
  displayWidth,
  parseStepFlag,
  parseTimeFlag,
  renderChart,
  renderError,
  renderTable,
  seriesName,
} from '../../src/cli/index.js';
import { Labels } from '../../src/model/index.js';

const plain = new Chalk({ level: 0 });

describe('cli: rendering of errors', () => {
  const frames: readonly { name: string; source: string; line: number; column: number; shown: string }[] = [
    { name: 'one line', source: 'a + b', line: 1, column: 3, shown: '> 1 | a + b\n    |   ^' },
    { name: 'behind the end', source: 'a +', line: 1, column: 4, shown: '> 1 | a +\n    |    ^' },
    { name: 'tabs', source: '\ta\tb', line: 1, column: 4, shown: '> 1 |  a b\n    |    ^' },
    { name: 'wide characters', source: '漢字 x', line: 1, column: 4, shown: '> 1 | 漢字 x\n    |      ^' },
    { name: 'combining marks', source: 'e\u0301 x', line: 1, column: 4, shown: '> 1 | e\u0301 x\n    |   ^' },
    { name: 'an empty text', source: '', line: 1, column: 1, shown: '> 1 |\n    | ^' },
    {
      name: 'carriage returns',
      source: 'a\r\nb\r\n',
      line: 2,
      column: 1,
      shown: '  1 | a\n> 2 | b\n    | ^\n  3 |',
    },
    { name: 'no column', source: 'a', line: 1, column: 0, shown: '> 1 | a\n    | ^' },
  ];
  for (const { name, source, line, column, shown } of frames) {
    it(`a code frame: ${name}`, () => {
      const error = new UserError({ code: 'x', message: 'bad', place: { file: 'f', line, column }, source });
      assert.equal(renderError(error, plain), `error: f:${line}:${column}: bad\n${shown}`);
    });
  }

  it('a code frame has two lines before and after, in a gutter of equal width', () => {
    const source = Array.from({ length: 20 }, (_, i) => `line${i + 1}`).join('\n');
    const error = new UserError({ code: 'x', message: 'bad', place: { line: 9, column: 2 }, source });
    const [, ...frame] = renderError(error, plain).split('\n');
    assert.deepEqual(frame, [
      '   7 | line7',
      '   8 | line8',
      '>  9 | line9',
      '     |  ^',
      '  10 | line10',
      '  11 | line11',
    ]);
  });

  it('a long line is cut to a window around the place', () => {
    const source = `${'x'.repeat(100_000)}!${'y'.repeat(100_000)}`;
    const place = { line: 1, column: 100_001 };
    const [, text = '', caret = ''] = renderError(
      new UserError({ code: 'x', message: 'bad', place, source }),
      plain,
    ).split('\n');
    assert.ok(text.length < 200);
    assert.equal(text.indexOf('!'), caret.indexOf('^'));
  });

  it('a problem without a place has none in its message', () => {
    const error = new UserError({ code: 'x', message: 'bad', place: { line: 0, column: 0 }, source: 'a' });
    assert.equal(renderError(error, plain), 'error: bad');
  });

  it('suggestions follow, and control characters never reach the terminal', () => {
    const error = new UserError({ code: 'x', message: 'bad \u001b[2J', suggestions: ['do \u0007 this'] });
    assert.equal(renderError(error, plain), 'error: bad \ufffd[2J\nhint: do \ufffd this');
  });

  it('corruption and the system’s errors are messages, our own bugs show their stack', () => {
    const damage = new CorruptionError({ path: 'wal/0', offset: 3, expected: 'a', found: 'b' });
    assert.match(
      renderError(damage, plain),
      /^error: corruption in "wal\/0" at offset 3: expected a, found b$/,
    );
    const system = Object.assign(new Error('open x: no such file'), { code: 'ENOENT' });
    assert.equal(renderError(system, plain), 'error: open x: no such file');
    assert.match(
      renderError(new TypeError('oops'), plain),
      /^error: this is a bug.*\nTypeError: oops\n +at /,
    );
    assert.match(renderError('thrown text', plain), /this is a bug.*\nthrown text$/);
  });
});

describe('cli: tables, charts and CSV', () => {
  it('a table is aligned by what a terminal shows', () => {
    const columns = [{ title: 'NAME' }, { title: 'VALUE', align: 'right' as const }];
    const rows = [
      ['漢', '1'],
      ['a\nb', '1000000'],
      ['x\u001b', ''],
    ];
    assert.equal(renderTable(columns, rows), 'NAME    VALUE\n漢          1\na\\nb  1000000\nx\ufffd');
  });

  const widths: readonly (readonly [string, number])[] = [
    ['abc', 3],
    ['漢字', 4],
    ['e\u0301', 1],
    ['ü', 1],
    ['\u{1f600}', 2],
    ['a\u200bb', 2],
  ];
  for (const [text, width] of widths) {
    it(`${JSON.stringify(text)} is ${width} wide`, () => assert.equal(displayWidth(text), width));
  }

  it('CSV quotes what RFC 4180 says', () => {
    assert.equal(csvLine(['a', 'b,c', 'd"e', 'f\ng', '']), 'a,"b,c","d""e","f\ng",');
  });

  it('a chart has its size, its bounds, and nothing for values that are not finite', () => {
    const series = (values: number[]) => [
      {
        name: 'a',
        timestamps: Float64Array.from(values, (_, i) => i * 1000),
        values: Float64Array.from(values),
      },
    ];
    const chart = renderChart(series([0, 5, Number.NaN, 10]), { width: 40, height: 4 }).split('\n');
    assert.equal(chart.length, 6);
    assert.ok(chart[0]?.startsWith('10 ┤') && chart[3]?.startsWith(' 0 ┤'));
    assert.ok(
      chart.slice(0, 5).every((line) => line.length <= 40),
      chart.join('\n'),
    );
    assert.equal(renderChart(series([Number.NaN, Number.POSITIVE_INFINITY]), { width: 40, height: 4 }), '');
    assert.equal(renderChart([], { width: 40, height: 4 }), '');
    assert.match(renderChart(series([3, 3]), { width: 40, height: 4 }), /^3\.3 ┤/);
    assert.doesNotThrow(() => renderChart(series([-1e308, 1e308]), { width: 1, height: 4 }));
  });

  const names: readonly (readonly [Record<string, string>, string])[] = [
    [{}, '{}'],
    [{ __name__: 'up' }, 'up'],
    [{ job: 'a' }, '{job="a"}'],
    [{ __name__: 'up', job: 'a "b" \\ \n' }, 'up{job="a \\"b\\" \\\\ \\n"}'],
    [{ __name__: 'my.metric' }, '{"my.metric"}'],
    [{ __name__: 'up', 'a.b': 'c' }, 'up{"a.b"="c"}'],
    [{ __name__: 'up', constructor: 'c' }, 'up{constructor="c"}'],
  ];
  for (const [labels, text] of names) {
    it(`a series is named ${text}`, () => assert.equal(seriesName(Labels.fromObject(labels)), text));
  }
});

describe('cli: times and durations', () => {
  const nowMs = Date.parse('2026-01-31T12:00:00Z');
  const times: readonly (readonly [string, number | undefined])[] = [
    ['now', nowMs],
    ['0', 0],
    ['1.5', 1500],
    ['-1', -1000],
    ['-1h', nowMs - 3_600_000],
    ['+1d', nowMs + 86_400_000],
    ['2026-01-31T12:00:00Z', nowMs],
    ['2026-01-31T13:00:00+01:00', nowMs],
    ['yesterday', undefined],
    ['', undefined],
    ['1h', undefined],
    ['-', undefined],
    ['-1.5h', undefined],
    ['2026-01-31', undefined],
    ['1e400', undefined],
  ];
  for (const [text, ms] of times) {
    it(`the time "${text}" is ${ms ?? 'none'}`, () => {
      if (ms === undefined) assert.throws(() => parseTimeFlag(text, 'time', nowMs), UserError);
      else assert.equal(parseTimeFlag(text, 'time', nowMs), ms);
    });
  }

  const steps: readonly (readonly [string, number | undefined])[] = [
    ['15', 15_000],
    ['0.5', 500],
    ['30s', 30_000],
    ['1h30m', 5_400_000],
    ['0', undefined],
    ['0s', undefined],
    ['-5s', undefined],
    ['-5', undefined],
    ['', undefined],
    [' ', undefined],
    ['Infinity', undefined],
    ['NaN', undefined],
    ['0.0001', undefined],
  ];
  for (const [text, ms] of steps) {
    it(`the step "${text}" is ${ms ?? 'none'}`, () => {
      if (ms === undefined) assert.throws(() => parseStepFlag(text, 'step'), UserError);
      else assert.equal(parseStepFlag(text, 'step'), ms);
    });
  }
});
