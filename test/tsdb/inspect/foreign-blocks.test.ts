import assert from 'node:assert/strict';
import { systemDisk } from '../../../src/base/index.js';
import { renderAnalysis, renderBlockList } from '../../../src/cli/index.js';
import { analyzeDirectory, reportBlocks } from '../../../src/tsdb/index.js';
import { sharedPath } from '../../support/shared.js';
import { dumpText, readExpected, withLog, withoutTies } from './corpus-cases.js';

interface RecordedRun {
  readonly argv: readonly string[];
  readonly emptyWalDir: boolean;
  readonly exit: number;
  readonly stdout: string;
}

const listLimit = 20;

function recordedRuns(set: string): readonly RecordedRun[] {
  const file = sharedPath('corpus', 'foreign-blocks', 'expected', `${set}.promtool.jsonl.gz`);
  if (file === undefined) return [];
  const lines = readExpected(file).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as RecordedRun);
}

/** The value of `--flag VALUE`. */
function flagValue(argv: readonly string[], flag: string): string | undefined {
  const at = argv.indexOf(flag);
  return at < 0 ? undefined : argv[at + 1];
}

async function outputOf(argv: readonly string[], data: string): Promise<string> {
  const [, command] = argv;
  if (command === 'list')
    return renderBlockList((await reportBlocks(systemDisk, data)).blocks, argv.includes('-r'));
  if (command === 'analyze') {
    const request = {
      disk: systemDisk,
      directory: data,
      block: argv.at(-1),
      limit: listLimit,
      matchers: undefined,
    };
    const analysis = await analyzeDirectory({ ...request, extended: argv.includes('--extended') });
    return withoutTies(renderAnalysis(analysis, undefined), listLimit);
  }
  const selector = flagValue(argv, '--match');
  const form = command === 'dump-openmetrics' ? 'openmetrics' : flagValue(argv, '--format');
  const isSeries = form === 'seriesjson';
  const options = selector === undefined ? {} : { selectors: [selector] };
  return (await dumpText(data, form === 'openmetrics' ? form : isSeries ? 'seriesjson' : 'prom', options))
    .text;
}

for (const set of ['mimir', 'prometheus-snapshot', 'thanos-raw']) {
  describe(`inspecting blocks of ${set}`, () => {
    const blocks = sharedPath('corpus', 'foreign-blocks', 'blocks', set);
    const data = blocks === undefined ? '' : withLog(blocks);
    for (const { argv, emptyWalDir, exit, stdout } of recordedRuns(set)) {
      const [, command = ''] = argv;
      const isKnown = ['list', 'analyze', 'dump', 'dump-openmetrics'].includes(command);
      if (exit !== 0 || !isKnown || (!emptyWalDir && command.startsWith('dump'))) continue;
      it(`says what promtool says: ${argv.join(' ')}`, async () => {
        const expected = command === 'analyze' ? withoutTies(stdout, listLimit) : stdout;
        assert.equal(await outputOf(argv, data), expected);
      });
    }
  });
}

describe('inspecting downsampled blocks', () => {
  const blocks = sharedPath('corpus', 'foreign-blocks', 'blocks', 'thanos-mixed');
  before(function () {
    if (blocks === undefined) this.skip();
  });

  it('dumps the raw block and names the chunks that it cannot read', async () => {
    const raw = sharedPath('corpus', 'foreign-blocks', 'blocks', 'thanos-raw') as string;
    const { text, damages } = await dumpText(withLog(blocks as string), 'prom');
    assert.equal(text, (await dumpText(withLog(raw), 'prom')).text);
    assert.ok(damages.length > 0);
    for (const damage of damages)
      assert.match(damage, /chunks\/000001" (at offset \d+: .* found 255|has \d+ more)/);
  });
});
