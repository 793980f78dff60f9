import type { Clock } from './clock.js';

/** Long work cut into short steps, between which it can pause or end. */
export type Steps<T> = Generator<void, T, void>;

/** All steps without a pause. */
export function runAtOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * Runs steps for at most about `sliceMs` at a time; the event loop has its turn in between. Undefined when the
 * signal aborted first: the steps that were left are then not run.
 */
export async function runInSlices<T>(
  steps: Steps<T>,
  options: { readonly clock: Clock; readonly sliceMs: number; readonly signal: AbortSignal },
): Promise<T | undefined> {
  const { clock, sliceMs, signal } = options;
  let sliceStartMs = clock.monotonicMs();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (clock.monotonicMs() - sliceStartMs < sliceMs) continue;
    await clock.sleep(0);
    if (signal.aborted) {
      steps.return(undefined as never);
      return undefined;
    }
    sliceStartMs = clock.monotonicMs();
  }
}
