import assert from 'node:assert/strict';
import { UserError } from '../../src/base/index.js';
import { type GivenFlags, readSettings, serverFlags } from '../../src/server/index.js';

const read = (given: Record<string, string | boolean | string[]>) =>
  readSettings(new Map(Object.entries(given)) as GivenFlags);

describe('server: settings', () => {
  it('have upstream’s defaults', () => {
    const settings = read({});
    assert.equal(settings.configFile, 'prometheus.yml');
    assert.equal(settings.configFileGiven, false);
    assert.deepEqual(settings.listenAddresses, ['0.0.0.0:9090']);
    assert.equal(settings.lookbackDeltaMs, 300_000);
    assert.equal(settings.queryTimeoutMs, 120_000);
    assert.equal(settings.maxSamples, 50_000_000);
    assert.equal(settings.walSegmentBytes, 128 * 2 ** 20);
    assert.equal(settings.walCompression, 'snappy');
    assert.equal(settings.walSync, 'commit');
    assert.equal(settings.lockDirectory, true);
    assert.deepEqual(settings.ineffective, []);
  });

  it('may all be given their own default, whatever their effect outside agent mode', () => {
    const given = new Map(
      serverFlags
        .filter(({ effect, defaultText }) => effect !== 'agent' && defaultText !== '')
        .map(({ name, kind, defaultText, repeatable }) => [
          name,
          kind === 'boolean' ? defaultText === 'true' : repeatable ? [defaultText] : defaultText,
        ]),
    ) as GivenFlags;
    const settings = readSettings(given);
    const { ineffective, configFileGiven, flagTexts, ...rest } = settings;
    const { ineffective: none, configFileGiven: not, flagTexts: texts, ...defaults } = read({});
    assert.deepEqual(rest, defaults);
    assert.deepEqual(flagTexts, texts);
    assert.deepEqual([none, not, configFileGiven], [[], false, true]);
    assert.ok(ineffective.some(({ name }) => name === 'auto-gomaxprocs'));
  });

  const sizes: readonly (readonly [string, number])[] = [
    ['10MB', 10 * 2 ** 20],
    ['64MiB', 64 * 2 ** 20],
    ['256MB', 256 * 2 ** 20],
    ['0.125GB', 128 * 2 ** 20],
    ['20971520B', 20 * 2 ** 20],
  ];
  for (const [text, bytes] of sizes) {
    it(`read the size ${text} as ${bytes} bytes`, () => {
      assert.equal(read({ 'storage.tsdb.wal-segment-size': text }).walSegmentBytes, bytes);
    });
  }

  it('take repeated and comma-separated features, and the last of a flag', () => {
    const { features } = read({ 'enable-feature': ['a,b', 'c', ''] });
    assert.deepEqual([...features], ['a', 'b', 'c']);
    assert.deepEqual(read({ 'web.listen-address': [':1', '[::1]:2'] }).listenAddresses, [':1', '[::1]:2']);
  });

  it('keep samples for 15 days where neither time nor size is limited', () => {
    const limits = (given: Record<string, string>): unknown => {
      const { retentionMs, retentionBytes } = read(given);
      return [retentionMs / 86_400_000, retentionBytes];
    };
    assert.deepEqual(limits({}), [15, 0]);
    assert.deepEqual(limits({ 'storage.tsdb.retention.time': '30d' }), [30, 0]);
    assert.deepEqual(limits({ 'storage.tsdb.retention.size': '1KB' }), [0, 1024]);
    assert.deepEqual(
      limits({ 'storage.tsdb.retention.size': '1KB', 'storage.tsdb.retention.time': '1y' }),
      [365, 1024],
    );
  });

  it('name the flags without effect', () => {
    const { ineffective } = read({
      'auto-gomaxprocs': false,
      'storage.tsdb.head-chunks-write-queue-size': '100',
    });
    assert.deepEqual(ineffective.map(({ name }) => name).sort(), [
      'auto-gomaxprocs',
      'storage.tsdb.head-chunks-write-queue-size',
    ]);
  });

  const refused: readonly (readonly [string, string | boolean, RegExp])[] = [
    ['query.timeout', 'soon', /"--query\.timeout"/],
    ['query.timeout', '1.5h', /"--query\.timeout"/],
    ['query.max-samples', '1.5', /whole number/],
    ['web.max-connections', 'x', /whole number/],
    ['storage.tsdb.retention.size', '5', /is no size/],
    ['storage.tsdb.retention.time', '5', /retention\.time/],
    ['storage.tsdb.wal-segment-size', '9MB', /between 10MB and 256MB/],
    ['storage.tsdb.wal-segment-size', '257MB', /between 10MB and 256MB/],
    ['storage.tsdb.max-block-chunk-segment-size', '1023KB', /must be set over 1MB/],
    ['auto-gomemlimit.ratio', 'half', /is no number/],
    ['web.config.file', 'web.yml', /not supported yet/],
    ['agent', true, /not supported yet/],
    [
      'storage.agent.path',
      'x',
      /^The following flag\(s\) can only be used in agent mode: \["--storage\.agent\.path"\]$/,
    ],
  ];
  for (const [name, value, message] of refused) {
    it(`refuse --${name}=${value}`, () => {
      assert.throws(
        () => read({ [name]: value }),
        (error) => error instanceof UserError && error.code === 'bad-flag' && message.test(error.message),
      );
    });
  }
});
