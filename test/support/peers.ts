import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A real peer (`prometheus`, `promtool`, `pushgateway`…): in $TSPROM_PEERS or ~/.cache/tsprom-peers, then on the PATH. */
export function peerPath(name: string): string | undefined {
  const folders = [
    process.env.TSPROM_PEERS ?? path.join(homedir(), '.cache', 'tsprom-peers'),
    ...(process.env.PATH ?? '').split(path.delimiter),
  ];
  return folders.map((folder) => path.join(folder, name)).find(isProgram);
}
