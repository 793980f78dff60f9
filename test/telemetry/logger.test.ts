import assert from 'node:assert/strict';
import { systemClock } from '../../src/base/index.js';
import { createLogger, type LogFields, type LogFormat, type LogLevel } from '../../src/telemetry/index.js';

function lines(
  format: LogFormat,
  level: LogLevel = 'debug',
  timeMs = Date.UTC(2026, 10, 22, 17, 50, 28, 120),
) {
  const written: string[] = [];
  const clock = { ...systemClock, nowMs: () => timeMs };
  const logger = createLogger({ format, level, clock, write: (line) => written.push(line) });
  return { logger, written };
}

/** Texts as slog's TextHandler and JSONHandler print them. */
const fields: [fields: LogFields, text: string, json: string][] = [
  [{}, '', ''],
  [{ component: 'tsdb', n: 5 }, ' component=tsdb n=5', ',"component":"tsdb","n":5'],
  [{ empty: '', space: 'a b' }, ' empty="" space="a b"', ',"empty":"","space":"a b"'],
  [{ equals: 'a=b', quote: 'a"b' }, ' equals="a=b" quote="a\\"b"', ',"equals":"a=b","quote":"a\\"b"'],
  [{ line: 'a\nb' }, ' line="a\\nb"', ',"line":"a\\nb"'],
  [
    { path: 'C:\\x', url: 'http://x/?a<b' },
    ' path=C:\\x url=http://x/?a<b',
    ',"path":"C:\\\\x","url":"http://x/?a<b"',
  ],
  [{ letters: 'é日' }, ' letters=é日', ',"letters":"é日"'],
  [{ 'a key': true, none: null }, ' "a key"=true none=<nil>', ',"a key":true,"none":null'],
  [{ float: 1.5, big: 1795347530250 }, ' float=1.5 big=1795347530250', ',"float":1.5,"big":1795347530250'],
  [{ err: new Error('no such file') }, ' err="no such file"', ',"err":"no such file"'],
  [
    { del: 'a\u007fb', nbsp: 'a\u00a0b' },
    ' del=a\u007fb nbsp="a\\u00a0b"',
    ',"del":"a\u007fb","nbsp":"a\u00a0b"',
  ],
  [{ b: 'a\b\\b\u2028' }, ' b="a\\b\\\\b\\u2028"', ',"b":"a\\u0008\\\\b\\u2028"'],
  [
    { small: 1e-7, half: 123456789.5 },
    ' small=1e-07 half=1.234567895e+08',
    ',"small":1e-7,"half":123456789.5',
  ],
  [{ list: ['a', 'b'] }, ' list="[a b]"', ',"list":["a","b"]'],
];

describe('telemetry: logger', () => {
  it("writes lines of Go's slog, as text and as JSON", () => {
    for (const [given, text, json] of fields) {
      const asText = lines('logfmt');
      asText.logger.info('Server is ready', given);
      const time = '2026-11-22T17:50:28.12';
      assert.deepEqual(asText.written, [`time=${time}0Z level=INFO msg="Server is ready"${text}\n`]);
      const asJson = lines('json');
      asJson.logger.warn('x', given);
      assert.deepEqual(asJson.written, [`{"time":"${time}Z","level":"WARN","msg":"x"${json}}\n`]);
    }
  });

  it('drops lines below its level', () => {
    const { logger, written } = lines('logfmt', 'warn');
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level](level);
    assert.deepEqual(
      written.map((line) => line.split('msg=')[1]),
      ['warn\n', 'error\n'],
    );
  });

  it('puts bound fields first', () => {
    const { logger, written } = lines('logfmt');
    logger.with({ component: 'web' }).with({ a: 1 }).error('x', { b: 2 });
    assert.match(written[0] ?? '', / level=ERROR msg=x component=web a=1 b=2\n$/);
  });

  it('cuts whole seconds of JSON times', () => {
    const { logger, written } = lines('json', 'debug', Date.UTC(2026, 0, 1, 0, 0, 10));
    logger.info('x');
    assert.match(written[0] ?? '', /"time":"2026-01-01T00:00:10Z"/);
  });
});
