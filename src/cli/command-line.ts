import { didYouMean, UserError } from '../base/index.js';

/** What a command line asks for. */
export type CommandLine =
  /** The help of a command, of a topic, or of the program where there are no words. */
  | { readonly kind: 'help'; readonly words: readonly string[] }
  /** A command, by oclif's id (`promql:eval`), with what follows its name. */
  | { readonly kind: 'run'; readonly id: string; readonly argv: readonly string[] };

const helpFlags = new Set(['--help', '-h']);
/** Flags of every command that may also stand before its name. */
const leadingFlags = new Set(['--no-color']);

/** Finds the command among `ids`. Throws UserError for one that is not there, with the one probably meant. */
export function readCommandLine(args: readonly string[], ids: readonly string[]): CommandLine {
  const start = args.findIndex((arg) => !leadingFlags.has(arg) && !helpFlags.has(arg));
  const own = start < 0 ? [] : args.slice(start);
  const firstFlag = own.findIndex((arg) => arg.startsWith('-'));
  const words = firstFlag < 0 ? own : own.slice(0, firstFlag);
  const rest = own.slice(words.length);
  const asksHelp = [...args.slice(0, args.length - own.length), ...untilSeparator(rest)].some((arg) =>
    helpFlags.has(arg),
  );
  if (words[0] === 'help') return { kind: 'help', words: commandWords(words.slice(1), ids).known };
  if (words.length === 0) {
    if (rest[0] === undefined || asksHelp) return { kind: 'help', words: [] };
    throw new UserError({
      code: 'unknown-flag',
      message: `unknown flag "${rest[0]}"`,
      suggestions: ['name a command first; see the list with "tsprom --help"'],
    });
  }
  const { known, isTopic } = commandWords(words, ids);
  if (asksHelp || isTopic) return { kind: 'help', words: known };
  const leading = args.slice(0, args.length - own.length);
  return { kind: 'run', id: known.join(':'), argv: [...leading, ...own.slice(known.length)] };
}

function untilSeparator(args: readonly string[]): readonly string[] {
  const separator = args.indexOf('--');
  return separator < 0 ? args : args.slice(0, separator);
}

/** The words at the head that name a command or a topic. */
function commandWords(
  words: readonly string[],
  ids: readonly string[],
): { readonly known: readonly string[]; readonly isTopic: boolean } {
  const names = ids.map((id) => id.replaceAll(':', ' '));
  for (let count = words.length; count > 0; count--) {
    const known = words.slice(0, count);
    const name = known.join(' ');
    if (names.includes(name)) return { known, isTopic: false };
    const below = names.filter((other) => other.startsWith(`${name} `));
    if (below.length === 0) continue;
    if (count === words.length) return { known, isTopic: true };
    throw unknownCommand(words.slice(0, count + 1).join(' '), below);
  }
  if (words[0] === undefined) return { known: [], isTopic: true };
  throw unknownCommand(words[0], names);
}

function unknownCommand(name: string, known: readonly string[]): UserError {
  const lastWords = known.map((other) => other.split(' ').at(-1) as string);
  const firstWords = known.map((other) => other.split(' ')[0] as string);
  const meant = didYouMean(name, [...known, ...firstWords]);
  const byLastWord = known[lastWords.indexOf(name)];
  const guess = meant ?? byLastWord;
  return new UserError({
    code: 'unknown-command',
    message: `unknown command "${name}"`,
    suggestions: [guess ? `did you mean "tsprom ${guess}"?` : 'see the list with "tsprom --help"'],
  });
}
