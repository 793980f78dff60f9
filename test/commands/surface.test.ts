import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { assertGolden } from './golden-file.js';

interface CommandShape {
  readonly summary?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly args: Readonly<Record<string, { readonly required?: boolean; readonly description?: string }>>;
  readonly flags: Readonly<Record<string, FlagShape>>;
  readonly baseFlags?: Readonly<Record<string, FlagShape>>;
}

interface FlagShape {
  readonly type?: string;
  readonly char?: string;
  readonly allowNo?: boolean;
  readonly hidden?: boolean;
  readonly multiple?: boolean;
  readonly multipleNonGreedy?: boolean;
  readonly description?: string;
  readonly options?: readonly string[];
}

const manifest = JSON.parse(readFileSync('oclif.manifest.json', 'utf8')) as {
  readonly version: string;
  readonly commands: Readonly<Record<string, CommandShape>>;
};
const ids = Object.keys(manifest.commands).sort();

function flagLine(name: string, flag: FlagShape): string {
  const shown = flag.allowNo ? `--[no-]${name}` : `--${name}`;
  const parts = [flag.char ? `-${flag.char}, ${shown}` : shown];
  if (flag.type !== 'boolean') parts.push(flag.options ? flag.options.join('|') : 'VALUE');
  if (flag.multiple) parts.push('(repeatable)');
  if (flag.hidden) parts.push('(hidden)');
  return parts.join(' ');
}

function surface(): string {
  return ids
    .map((id) => {
      const { args, flags } = manifest.commands[id] as CommandShape;
      const named = Object.entries(args).map(([name, { required }]) => {
        const shown = name.toUpperCase();
        return required ? shown : `[${shown}]`;
      });
      const lines = Object.keys(flags)
        .sort()
        .map((name) => `  ${flagLine(name, flags[name] as FlagShape)}\n`);
      return `tsprom ${[id.replaceAll(':', ' '), ...named].join(' ')}\n${lines.join('')}`;
    })
    .join('\n');
}

/** The commands as their classes declare them, by id. */
async function declaredCommands(): Promise<Map<string, CommandShape>> {
  const found = new Map<string, CommandShape>();
  for (const file of readdirSync('commands', { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const name = file.slice(0, -3).replaceAll(path.sep, '/');
    const url = new URL(`../../commands/${name}.js`, import.meta.url);
    const module = (await import(url.href)) as { readonly default: CommandShape };
    found.set(name.replaceAll('/', ':'), module.default);
  }
  return found;
}

describe('commands: their surface', () => {
  it('is the one that was agreed on, command by command and flag by flag', () => {
    assertGolden('surface.txt', surface());
  });

  it('stands in a manifest that is up to date', async () => {
    const packageVersion = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
    assert.equal(manifest.version, packageVersion);
    const declared = await declaredCommands();
    assert.deepEqual(
      ids,
      [...declared.keys()].sort(),
      'run npm test once more: the manifest is written anew',
    );
    for (const [id, command] of declared) {
      const listed = manifest.commands[id] as CommandShape;
      assert.equal(listed.summary, command.summary, id);
      assert.equal(listed.description, command.description, id);
      assert.deepEqual(listed.examples, command.examples, id);
      assert.deepEqual(Object.keys(listed.args), Object.keys(command.args), id);
      const flags = { ...command.baseFlags, ...command.flags };
      assert.deepEqual(Object.keys(listed.flags).sort(), Object.keys(flags).sort(), id);
      for (const [name, flag] of Object.entries(flags)) {
        assert.equal(
          flagLine(name, listed.flags[name] as FlagShape),
          flagLine(name, flag),
          `${id} --${name}`,
        );
        assert.equal(listed.flags[name]?.description, flag.description, `${id} --${name}`);
      }
    }
  });

  it('says of every command what it does, in a sentence, with at least two examples', () => {
    for (const id of ids) {
      const { summary = '', examples = [], args, flags } = manifest.commands[id] as CommandShape;
      assert.match(summary, /^[A-Z][a-z]+ .*\.$/, id);
      assert.ok(examples.length >= 2, `${id} has ${examples.length} examples`);
      for (const [name, { description }] of [...Object.entries(args), ...Object.entries(flags)]) {
        assert.match(description ?? '', /^[A-Z].*[.)\]]$/s, `${id} ${name}`);
      }
    }
  });

  it('never lets a repeatable flag swallow the arguments behind it', async () => {
    for (const [id, { flags }] of await declaredCommands()) {
      for (const [name, flag] of Object.entries(flags)) {
        if (flag.multiple) assert.equal(flag.multipleNonGreedy, true, `${id} --${name}`);
      }
    }
  });
});
