import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { sharedPath } from '../../support/shared.js';

export interface CorpusBlock {
  readonly name: string;
  readonly directory: string;
  /** Its index is laid out as 3.14 does. */
  readonly isCurrent: boolean;
  readonly isDownsampled: boolean;
  readonly isVersion1: boolean;
}

const ulid = /^[0-9A-Z]{26}$/;
const roots = [
  ['tsdb', 'capture-main', 'data'],
  ['tsdb', 'capture-ooo', 'data'],
  ['tsdb', 'capture-v3', 'data'],
  ['tsdb', 'awkward-block', 'data'],
  ['foreign-blocks', 'blocks', 'mimir'],
  ['foreign-blocks', 'blocks', 'prometheus-snapshot'],
  ['foreign-blocks', 'blocks', 'thanos-raw'],
  ['foreign-blocks', 'blocks', 'thanos-5m'],
  ['foreign-blocks', 'blocks', 'thanos-1h'],
];

/** Every whole block of version 2 of the corpus; none where there is no corpus. */
export function corpusBlocks(): CorpusBlock[] {
  const blocks: CorpusBlock[] = [];
  for (const parts of roots) {
    const root = sharedPath('corpus', ...parts);
    if (root === undefined) continue;
    for (const name of readdirSync(root).sort()) {
      const directory = path.join(root, name);
      if (!ulid.test(name) || !statSync(directory).isDirectory()) continue;
      const set =
        parts.find((part) => part.includes('-') && part !== 'foreign-blocks') ?? (parts[2] as string);
      blocks.push({
        name: `${set}/${name}`,
        directory,
        isCurrent: set === 'capture-v3',
        isDownsampled: /-(5m|1h)$/.test(set),
        isVersion1: false,
      });
    }
  }
  return blocks;
}
