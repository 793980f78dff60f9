import assert from 'node:assert/strict';
import { UserError } from '../../src/base/index.js';
import { readCommandLine } from '../../src/cli/command-line.js';

const ids = ['server', 'scrape', 'promql:eval', 'promql:format', 'query:range'];

describe('cli: reading a command line', () => {
  const cases: readonly (readonly [line: string, expected: string])[] = [
    ['', 'help:'],
    ['--help', 'help:'],
    ['-h', 'help:'],
    ['help', 'help:'],
    ['help promql', 'help: promql'],
    ['help promql eval', 'help: promql eval'],
    ['promql', 'help: promql'],
    ['promql --help', 'help: promql'],
    ['promql eval 1 --help', 'help: promql eval'],
    ['--help promql eval', 'help: promql eval'],
    ['server -h', 'help: server'],
    ['promql eval 1', 'run promql:eval: 1'],
    ['promql eval', 'run promql:eval:'],
    ['promql eval --time 5 eval', 'run promql:eval: --time 5 eval'],
    ['promql eval -- --help', 'run promql:eval: -- --help'],
    ['--no-color server --agent', 'run server: --no-color --agent'],
    ['server extra', 'run server: extra'],
  ];
  for (const [line, expected] of cases) {
    it(`tsprom ${line}`, () => {
      const read = readCommandLine(line.split(' ').filter(Boolean), ids);
      const said = read.kind === 'help' ? ['help:', ...read.words] : [`run ${read.id}:`, ...read.argv];
      assert.equal(said.join(' '), expected);
    });
  }

  const refused: readonly (readonly [line: string, message: string, suggestion: RegExp])[] = [
    ['servr', 'unknown command "servr"', /"tsprom server"/],
    ['promql evl', 'unknown command "promql evl"', /"tsprom promql eval"/],
    ['prmql', 'unknown command "prmql"', /"tsprom promql"/],
    ['range up', 'unknown command "range"', /"tsprom query range"/],
    ['help evil', 'unknown command "evil"', /--help/],
    ['__proto__', 'unknown command "__proto__"', /--help/],
    ['--agent', 'unknown flag "--agent"', /--help/],
  ];
  for (const [line, message, suggestion] of refused) {
    it(`tsprom ${line}: ${message}`, () => {
      assert.throws(
        () => readCommandLine(line.split(' '), ids),
        (error) =>
          error instanceof UserError &&
          error.message === message &&
          suggestion.test(error.suggestions[0] ?? ''),
      );
    });
  }
});
