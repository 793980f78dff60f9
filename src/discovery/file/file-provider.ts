import { type Clock, type Disk, messageOf, type Timer } from '../../base/index.js';
import type { Logger } from '../../telemetry/index.js';
import type { FileDiscoveryOptions } from '../options.js';
import type { Provider } from '../provider.js';
import type { TargetGroup } from '../target-group.js';
import { expandGlob } from './expand-glob.js';
import { readTargetFile } from './read-target-file.js';

export interface FileProviderPorts {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called for every file that could not be read. */
  onReadError(): void;
}

/** How often files are looked at for a change of time or size. */
const pollMs = 2000;

interface KnownFile {
  readonly stamp: string;
  readonly groups: readonly TargetGroup[];
}

/** Reads target files when they change, and all of them every refresh interval. A bad file keeps its last good groups. */
export function createFileProvider(options: FileDiscoveryOptions, ports: FileProviderPorts): Provider {
  return new FileProvider(options, ports);
}

class FileProvider implements Provider {
  readonly #options: FileDiscoveryOptions;
  readonly #ports: FileProviderPorts;
  #known = new Map<string, KnownFile>();
  #timer: Timer | undefined;
  #isStopped = false;
  #lastReadMs = Number.NEGATIVE_INFINITY;

  constructor(options: FileDiscoveryOptions, ports: FileProviderPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  start(onGroups: (groups: readonly TargetGroup[]) => void): void {
    let isFirst = true;
    const look = async (): Promise<void> => {
      try {
        const changed = await this.#refresh();
        if (!this.#isStopped && (changed || isFirst)) {
          onGroups([...this.#known.values()].flatMap(({ groups }) => groups));
        }
        isFirst = false;
      } catch (error) {
        this.#ports.logger.error('Error reading target files', { err: messageOf(error) });
      }
      if (!this.#isStopped) this.#timer = this.#ports.clock.after(pollMs, () => void look(), { unref: true });
    };
    void look();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** True when the groups may have changed. */
  async #refresh(): Promise<boolean> {
    const { clock, disk } = this.#ports;
    const nowMs = clock.monotonicMs();
    const isDue = nowMs - this.#lastReadMs >= this.#options.refreshInterval;
    if (isDue) this.#lastReadMs = nowMs;
    const known = new Map<string, KnownFile>();
    let changed = false;
    for (const pattern of this.#options.files) {
      for (const file of await expandGlob(disk, pattern)) {
        const before = this.#known.get(file);
        const stat = await disk.stat(file);
        const stamp = stat === undefined ? '' : `${stat.modifiedMs}:${stat.sizeBytes}`;
        if (before !== undefined && before.stamp === stamp && !isDue) {
          known.set(file, before);
          continue;
        }
        const groups = await this.#read(file);
        changed ||= groups !== undefined;
        known.set(file, { stamp, groups: groups ?? before?.groups ?? [] });
      }
    }
    changed ||= [...this.#known.keys()].some((file) => !known.has(file));
    this.#known = known;
    return changed;
  }

  async #read(file: string): Promise<readonly TargetGroup[] | undefined> {
    let error: string;
    try {
      const result = readTargetFile(file, await this.#ports.disk.readFile(file));
      if ('groups' in result) return result.groups;
      error = result.error;
    } catch (thrown) {
      error = messageOf(thrown);
    }
    this.#ports.onReadError();
    this.#ports.logger.error('Error reading file', { path: file, err: error });
    return undefined;
  }
}
