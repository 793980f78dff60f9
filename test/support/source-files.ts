import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface SourceFile {
  /** From the checkout's root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** The TypeScript files below a top-level folder. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .sort()
    .map((name) => {
      const file = path.join(folder, name);
      const text = readFileSync(file, 'utf8');
      return { path: file.replaceAll(path.sep, '/'), text, lines: text.split('\n') };
    });
}

export interface Import {
  readonly from: string;
  /** From the root, without extension, or a package name. */
  readonly target: string;
  readonly isPackage: boolean;
}

/** Static and dynamic imports and re-exports. */
export function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+'([^']+)'|import\('([^']+)'\)|(?:^|\n)import '([^']+)'/g;
  for (const match of file.text.matchAll(pattern)) {
    const specifier = (match[1] ?? match[2] ?? match[3]) as string;
    const isPackage = !specifier.startsWith('.');
    const target = isPackage
      ? specifier
      : path.posix.join(path.posix.dirname(file.path), specifier).replace(/\.js$/, '');
    found.push({ from: file.path, target, isPackage });
  }
  return found;
}
