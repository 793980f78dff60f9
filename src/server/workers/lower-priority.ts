import { platform, setPriority } from 'node:os';

/** Of `nice`: the thread that scrapes and answers small questions has the processor first. */
const background = 5;

/** The calling thread takes what processor time others leave. Elsewhere than on Linux it would be the whole process. */
export function lowerPriority(): void {
  if (platform() === 'linux') setPriority(0, background);
}
