/** JSON that comes in pieces, over several lines; however deep it nests. */
export function* indentJson(pieces: Iterable<string>): Iterable<string> {
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let opened = '';
  for (const piece of pieces) {
    let text = '';
    for (const character of piece) {
      if (inString) {
        text += character;
        if (isEscaped) isEscaped = false;
        else if (character === '\\') isEscaped = true;
        else if (character === '"') inString = false;
        continue;
      }
      const closes = character === '}' || character === ']';
      // An empty list or object stays on its line.
      if (opened !== '') {
        text += closes ? opened : `${opened}${lineBreak(++depth)}`;
        opened = closes ? 'closed' : '';
      }
      if (opened === 'closed') {
        text += character;
        opened = '';
      } else if (character === '{' || character === '[') opened = character;
      else if (closes) text += `${lineBreak(--depth)}${character}`;
      else if (character === ',') text += `,${lineBreak(depth)}`;
      else if (character === ':') text += ': ';
      else {
        text += character;
        inString = character === '"';
      }
    }
    yield text;
  }
}

function lineBreak(depth: number): string {
  return `\n${'  '.repeat(depth)}`;
}
