/** Go's os.Expand: `$name`, `${name}`; `$$` is a dollar; a dollar before nothing of the kind stays. */
export function expandEnv(text: string, lookup: (name: string) => string): string {
  let result = '';
  let from = 0;
  for (
    let dollar = text.indexOf('$');
    dollar >= 0 && dollar + 1 < text.length;
    dollar = text.indexOf('$', from)
  ) {
    result += text.slice(from, dollar);
    const { name, length } = shellName(text, dollar + 1);
    if (name !== '') result += name === '$' ? '$' : lookup(name);
    else if (length === 0) result += '$';
    from = dollar + 1 + length;
  }
  return result + text.slice(from);
}

function shellName(text: string, start: number): { name: string; length: number } {
  const rest = text.slice(start, start + 1024);
  if (rest.startsWith('{')) {
    const special = /^\{([*#$@!?\-0-9])\}/.exec(rest);
    if (special !== null) return { name: special[1] as string, length: 3 };
    const end = rest.indexOf('}');
    // Upstream eats the brackets of `${}` and the `${` that nothing closes.
    if (end === 1) return { name: '', length: 2 };
    if (end < 0) return { name: '', length: 1 };
    return { name: rest.slice(1, end), length: end + 1 };
  }
  if (/^[*#$@!?\-0-9]/.test(rest)) return { name: rest[0] as string, length: 1 };
  const name = /^[A-Za-z0-9_]*/.exec(rest)?.[0] ?? '';
  return { name, length: name.length };
}
