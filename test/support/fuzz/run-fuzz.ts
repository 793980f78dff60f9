import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { CorruptionError, systemClock, UserError } from '../../../src/base/index.js';
import { AllocationWatch } from './allocations.js';
import { FuzzInput, type FuzzRegion } from './fuzz-input.js';

/** What the decoder says: undefined for a value, else the kind of fault where that is told by a value. */
export type FuzzOutcome = string | undefined;

export interface FuzzDecoder {
  readonly name: string;
  /** Sound inputs of a few hundred bytes, which the decoder takes. */
  readonly sounds: readonly Uint8Array[];
  /** Where bytes are changed in place; without it they also come and go. */
  readonly regionOf?: (origin: number) => FuzzRegion;
  /** Makes checksums anew, so that what lies behind them is reached. Left out for one input in eight. */
  readonly seal?: (input: FuzzInput) => void;
  /**
   * Throws `CorruptionError` (with it `DecodeError`) or `UserError` for what is no sound input, and nothing else; fails
   * an assertion where a value makes no sense.
   */
  readonly decode: (input: FuzzInput) => FuzzOutcome | Promise<FuzzOutcome>;
  /** Gets this part of the inputs that others get; for what is slow and goes through decoders that get all. */
  readonly share?: number;
  /** No array may take more than `fixed` and `perByte` a byte of the input. */
  readonly mostBytes?: { readonly fixed: number; readonly perByte: number };
}

export interface FuzzReport {
  readonly name: string;
  readonly seed: number;
  inputs: number;
  values: number;
  readonly errors: Map<string, number>;
  elapsedMs: number;
  slowestMs: number;
  /** Largest array asked for in the inputs whose allocations were watched. */
  largestBytes: number;
}

/** An input that takes longer is taken for a hang. */
const hangMs = 5000;
/** So many inputs at most have their allocations watched, which slows them down. */
const mostWatched = 20_000;
const usualMost = { fixed: 1 << 16, perByte: 128 };
const reseedEvery = 4096;

/** Decodes as many inputs, or the decoder's share of them; rejects at the first wrong outcome, with what repeats it. */
export async function runFuzz(decoder: FuzzDecoder, seed: number, count: number): Promise<FuzzReport> {
  const { name, sounds, share = 1 } = decoder;
  const inputs = Math.ceil(count * share);
  const longest = Math.max(...sounds.map(({ length }) => length));
  const input = new FuzzInput(seed, 2 * longest + 1024);
  const report: FuzzReport = {
    name,
    seed,
    inputs: 0,
    values: 0,
    errors: new Map(),
    elapsedMs: 0,
    slowestMs: 0,
    largestBytes: 0,
  };
  const startMs = systemClock.monotonicMs();
  const watched = Math.min(mostWatched, Math.ceil(inputs / 4));
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    while (report.inputs < inputs) {
      const end = Math.min(inputs, report.inputs + reseedEvery);
      const isWatched = report.inputs < watched;
      await runSome({ decoder, input, report, end, watch: isWatched ? new AllocationWatch() : undefined });
      // What waits for a turn of its own, as zlib's streams do when they fail, is let go.
      await setImmediate();
    }
  } finally {
    Error.stackTraceLimit = depth;
  }
  report.elapsedMs = systemClock.monotonicMs() - startMs;
  assert.ok(report.values > 0, `${name}, seed ${seed}: no input was decoded to a value`);
  return report;
}

async function runSome(options: {
  readonly decoder: FuzzDecoder;
  readonly input: FuzzInput;
  readonly report: FuzzReport;
  readonly end: number;
  readonly watch: AllocationWatch | undefined;
}): Promise<void> {
  const { decoder, input, report, end, watch } = options;
  const { decode, seal, sounds, regionOf } = decoder;
  let beganMs = systemClock.monotonicMs();
  watch?.start();
  try {
    for (; report.inputs < end; report.inputs++) {
      input.make(sounds, regionOf);
      if (seal !== undefined && !input.isIntact && input.below(8) > 0) seal(input);
      if (watch !== undefined) watch.largestBytes = 0;
      try {
        const outcome = decode(input);
        note(report, outcome instanceof Promise ? await outcome : outcome);
      } catch (error) {
        const kind = kindOf(error);
        if (kind === undefined) fail(report, input, error);
        note(report, kind);
      }
      if (watch !== undefined) checkAllocation(decoder, report, input, watch);
      const endedMs = systemClock.monotonicMs();
      if (endedMs - beganMs > report.slowestMs) {
        report.slowestMs = endedMs - beganMs;
        if (report.slowestMs > hangMs) fail(report, input, new Error(`took ${report.slowestMs} ms`));
      }
      beganMs = endedMs;
    }
  } finally {
    watch?.stop();
  }
}

function kindOf(error: unknown): string | undefined {
  if (error instanceof CorruptionError) return error.constructor.name;
  return error instanceof UserError ? `UserError ${error.code}` : undefined;
}

function note(report: FuzzReport, outcome: FuzzOutcome): void {
  if (outcome === undefined) report.values++;
  else report.errors.set(outcome, (report.errors.get(outcome) ?? 0) + 1);
}

function checkAllocation(
  decoder: FuzzDecoder,
  report: FuzzReport,
  input: FuzzInput,
  { largestBytes }: AllocationWatch,
): void {
  report.largestBytes = Math.max(report.largestBytes, largestBytes);
  const { fixed, perByte } = decoder.mostBytes ?? usualMost;
  if (largestBytes > fixed + perByte * input.length)
    fail(report, input, new Error(`an array of ${largestBytes} bytes for an input of ${input.length}`));
}

function fail({ name, seed, inputs }: FuzzReport, input: FuzzInput, cause: unknown): never {
  const hex = Buffer.from(input.bytes).toString('hex');
  const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  throw new assert.AssertionError({
    message: `${name}, seed ${seed}, input ${inputs} (of sound input ${input.origin}): ${what}\n${hex}`,
  });
}

/** A line a decoder: seed, inputs, values, errors by kind, ns an input. */
export function reportLine(report: FuzzReport): string {
  const errors = [...report.errors].map(([kind, times]) => `${times} ${kind}`).join(', ');
  const ns = Math.round((report.elapsedMs * 1e6) / report.inputs);
  const slowest = report.slowestMs.toFixed(1);
  return `${report.name}: seed ${report.seed}, ${report.inputs} inputs, ${report.values} values, ${errors}; ${ns} ns an input, slowest ${slowest} ms, largest array ${report.largestBytes} bytes`;
}
