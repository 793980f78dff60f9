import { existsSync } from 'node:fs';
import path from 'node:path';

/** A path in the shared material beside the checkout, or undefined where it is absent (its tests then skip). */
export function sharedPath(...parts: string[]): string | undefined {
  const target = path.resolve(process.cwd(), '..', 'shared', ...parts);
  return existsSync(target) ? target : undefined;
}
