/** Lines that a code frame shows before and behind the one it is about. */
const shownLines = 2;
/** A secret that spans lines begins no further above. */
const lookedAtLines = 200;
/** Lines that are longer are hidden whole. */
const maxLineLength = 4096;

/** Misspelt keys count too: their neighbours are what an error shows. */
const secretWord = /pass|secret|credential|token|key|connect_header|connection_string/i;
/** A text where a mapping with the secret should be. */
const authWord = /auth/i;
const fileWord = /_(?:file|files|ref)$/i;
const keyOnLine = /(?<![\w-])(["']?)([\w-]+)\1\s*:(?=\s|$|[[{"'])/g;
const nextKey = /,\s*["']?[\w-]+["']?\s*:(?=\s|$|[[{"'])/;
const userInfo = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]*:\/\/[^\s"'/@:]*:)([^\s"'@]*)@/gi;

/**
 * The lines of a configuration file that a code frame at `line` shows, with `*` for whatever may be a secret; all
 * other lines are empty. Places stay true. The file may be broken in any way, so this goes by lines: what stands
 * behind the key, and lines that are indented deeper.
 */
export function maskSecrets(text: string, line: number): string {
  const lines = text.split('\n', line + shownLines);
  const masked: string[] = new Array<string>(lines.length).fill('');
  let secretIndent = -1;
  for (let i = Math.max(0, line - lookedAtLines); i < lines.length; i++) {
    const source = lines[i] as string;
    const indent = source.search(/\S/);
    if (indent < 0) continue;
    const isWithin = secretIndent >= 0 && indent > secretIndent;
    const shown =
      isWithin || source.length > maxLineLength
        ? { text: stars(source), openKey: secretIndent }
        : maskLine(source);
    secretIndent = shown.openKey;
    if (i >= line - 1 - shownLines) masked[i] = shown.text;
  }
  return masked.join('\n');
}

/** `openKey` is the column of a key whose value may go on in the next lines, or -1. */
function maskLine(source: string): { text: string; openKey: number } {
  let text = source.replace(
    userInfo,
    (_, start: string, secret: string) => `${start}${'*'.repeat(secret.length)}@`,
  );
  let openKey = -1;
  for (const match of text.matchAll(keyOnLine)) {
    const key = match[2] as string;
    const start = match.index + match[0].length;
    const isMisplaced = authWord.test(key) && /^\s*[^\s{[&*|>#]/.test(text.slice(start));
    if (fileWord.test(key) || !(secretWord.test(key) || isMisplaced)) continue;
    const end = valueEnd(text, match.index, start);
    if (end === text.length) openKey = text.search(/[^\s-]/);
    text = text.slice(0, start) + stars(text.slice(start, end)) + text.slice(end);
  }
  return { text, openKey };
}

/** In a flow mapping the value ends where another key or the mapping's end is seen, else with the line. */
function valueEnd(text: string, keyStart: number, start: number): number {
  if (text.lastIndexOf('{', keyStart) < 0) return text.length;
  const rest = text.slice(start);
  const next = nextKey.exec(rest);
  if (next) return start + next.index;
  const closing = /\}[\s}\],]*$/.exec(rest);
  return closing ? start + closing.index : text.length;
}

const stars = (text: string): string => text.replace(/\S/g, '*');
