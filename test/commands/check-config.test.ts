import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runTsprom } from '../support/programs.js';
import { sharedPath } from '../support/shared.js';

interface CliRow {
  readonly id: string;
  readonly args: readonly string[];
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The files that rows of the corpus name, as they were laid out for promtool. */
function layOut(folder: string): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'tsprom-check-'));
  const config = path.join(folder, '..', '..', 'config');
  cpSync(path.join(folder, 'files'), path.join(directory, 'files'), { recursive: true });
  cpSync(path.join(config, 'prometheus', 'testdata'), path.join(directory, 'config'), { recursive: true });
  cpSync(path.join(config, 'promtool', 'testdata'), path.join(directory, 'promtool'), { recursive: true });
  return directory;
}

function rowsOf(folder: string): CliRow[] {
  return readFileSync(path.join(folder, 'cli.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CliRow)
    .filter(({ args }) => args[0] === 'check' && args[1] === 'config' && !args.includes('--help'));
}

/** Of usage promtool says nothing but what is wrong; its words, without its name and its hint. */
function toldOf(stderr: string): string {
  const usage = /^promtool: error: (.*?)(?:, try --help)?\n$/.exec(stderr)?.[1];
  if (usage === undefined) return stderr.replace(/^time=.*\n/gm, '').trim();
  return usage.startsWith('required argument') ? 'missing FILE' : usage;
}

describe('commands: check config', () => {
  const folder = sharedPath('corpus', 'api', 'promtool');
  const directory = folder === undefined ? '' : layOut(folder);
  after(() => rmSync(directory, { recursive: true, force: true }));

  for (const { id, args, exit, stdout, stderr } of folder === undefined ? [] : rowsOf(folder))
    it(`does what promtool 3.14.0 does: ${id} ${args.join(' ')}`, () => {
      const got = runTsprom(args, { cwd: directory });
      assert.equal(got.stdout, stdout);
      assert.ok(got.stderr.includes(toldOf(stderr)), `${toldOf(stderr)}\n\n${got.stderr}`);
      assert.equal(got.code, exit);
    });

  describe('findings', () => {
    const own = mkdtempSync(path.join(os.tmpdir(), 'tsprom-check-'));
    const write = (name: string, text: string): void => writeFileSync(path.join(own, name), text);
    const run = (...args: string[]) => runTsprom(['check', 'config', ...args], { cwd: own });

    before(() => {
      write(
        'bad.yml',
        'global:\n  scrap_interval: 5s\nscrape_configs:\n- job_name: a\n  scrape_interval: 1x\n',
      );
      write(
        'cloud.yml',
        'scrape_configs:\n- job_name: a\n  ec2_sd_configs: [{region: r, secret_key: canary}]\n',
      );
      write('rules.yml', 'rule_files: [one.rules]\n');
      write(
        'one.rules',
        'groups:\n- name: g\n  rules:\n  - {alert: A, expr: up <, annotations: {s: "{{ $x }}"}}\n',
      );
      write('secret.yml', 'remote_write:\n- url: http://x\n  basic_auth: {password: canary}\n  nam: y\n');
    });
    after(() => rmSync(own, { recursive: true, force: true }));

    it('stand at their places, all of a file at once, before promtool’s words', () => {
      const { code, stderr } = run('bad.yml');
      assert.equal(code, 1);
      assert.match(stderr, /^bad\.yml:2:3: unknown key "scrap_interval", did you mean "scrape_interval"\?\n/);
      assert.match(stderr, /> 2 \| {3}scrap_interval: 5s\n {4}\| {3}\^\n/);
      assert.match(stderr, /\nbad\.yml:5:20: unknown unit "x" in duration "1x"\n/);
      assert.match(stderr, /\n {2}FAILED: parsing YAML file bad\.yml: unknown unit "x" in duration "1x"\n$/);
    });

    it('name the mechanisms that can not be run yet, which fails nothing', () => {
      const { code, stdout, stderr } = run('cloud.yml');
      assert.equal(code, 0);
      assert.match(stdout, / SUCCESS: cloud\.yml is valid prometheus config file syntax\n/);
      assert.equal(
        stderr,
        'cloud.yml:3:3: WARNING: ec2_sd_configs is checked and can not be run yet (job "a")\n',
      );
    });

    it('come from rule files, too', () => {
      const { code, stdout, stderr } = run('rules.yml');
      assert.equal(code, 1);
      assert.match(stdout, /SUCCESS: 1 rule files found\n SUCCESS: rules\.yml .*\n\nChecking one\.rules\n/);
      assert.match(stderr, /one\.rules:4:22: group "g", rule 1, "A": could not parse expression/);
      assert.match(stderr, /annotation "s": template: __alert_A:1: undefined variable "\$x"/);
    });

    it('show no secret', () => {
      const { code, stderr } = run('secret.yml');
      assert.equal(code, 1);
      assert.match(stderr, /secret\.yml:4:3: unknown key "nam", did you mean "name"\?/);
      assert.doesNotMatch(stderr, /canary/);
    });

    it('are read by other programs', () => {
      const json = JSON.parse(run('--format', 'json', 'bad.yml').stdout) as { line: number; check: string }[];
      assert.deepEqual(
        json.map(({ line, check }) => [line, check]),
        [
          [2, 'config'],
          [5, 'config'],
        ],
      );
      const github = run('--format', 'github', 'bad.yml');
      assert.equal(github.code, 1);
      assert.match(
        github.stdout,
        /^::error file=bad\.yml,line=2,col=3,title=config::unknown key "scrap_interval"/,
      );
      const sarif = JSON.parse(run('-o', 'sarif', 'rules.yml').stdout) as {
        runs: { results: { ruleId: string; level: string }[] }[];
      };
      assert.deepEqual(
        sarif.runs[0]?.results.map(({ ruleId, level }) => `${ruleId} ${level}`),
        ['rule-file error', 'rule-file error'],
      );
      const junit = run('--format', 'junit', 'cloud.yml', 'bad.yml').stdout;
      assert.match(junit, /<testsuites tests="2" failures="1">/);
      assert.match(junit, /<testcase name="cloud\.yml" classname="tsprom\.check">\n {4}<\/testcase>/);
    });
  });
});
