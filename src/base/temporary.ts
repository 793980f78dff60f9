import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { pid } from 'node:process';

const namePrefix = 'tsprom-';
const namePattern = /^tsprom-([0-9]+)-[0-9A-Za-z]{6}$/;

/**
 * An empty directory that nobody else can read; its maker removes it. Those of processes that were killed before they
 * could are removed here, where the system says which processes there are.
 */
export async function systemTemporaryDirectory(): Promise<string> {
  await removeLeftovers();
  return mkdtemp(path.join(tmpdir(), `${namePrefix}${pid}-`));
}

async function removeLeftovers(): Promise<void> {
  if (!(await exists('/proc/self'))) return;
  for (const name of await readdir(tmpdir())) {
    const owner = namePattern.exec(name)?.[1];
    if (owner === undefined || (await exists(`/proc/${owner}`))) continue;
    // Another user's stay.
    await rm(path.join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function exists(target: string): Promise<boolean> {
  return stat(target).then(
    () => true,
    () => false,
  );
}
