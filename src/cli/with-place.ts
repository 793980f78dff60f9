import { exitCode } from './exit-codes.js';

export interface Place {
  /** Whether there is anything to remove. */
  readonly isUnpacked: boolean;
  close(): Promise<void>;
}

/**
 * Opens, works and closes, in every ending: at the end, when the work fails, and when the user interrupts it. The
 * program then ends at once with 130; a second interrupt ends it without closing.
 */
export async function withPlace<P extends Place>(
  open: (signal: AbortSignal) => Promise<P>,
  work: (place: P) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const interrupted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // Nobody may be waiting for it yet.
  interrupted.catch(() => undefined);
  const interrupt = (): void => controller.abort();
  const letGo = (): void => {
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const place = await open(signal);
    // Work that never pauses would not hear of it; the system ends the program then.
    if (!place.isUnpacked) letGo();
    try {
      await Promise.race([work(place), interrupted]);
    } finally {
      await place.close();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    process.exit(exitCode.interrupted);
  } finally {
    letGo();
  }
}
