import type { Clock, Disk, Random } from '../base/index.js';
import type { ServerSettings } from './settings.js';

export interface ServeOptions {
  readonly settings: ServerSettings;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes log lines. */
  readonly log: (line: string) => void;
  /** Takes what a person should read at start, when the embedded configuration runs. */
  readonly greet: (text: string) => void;
}
