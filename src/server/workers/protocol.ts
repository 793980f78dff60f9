/**
 * What main and a query worker tell each other. A worker answers one call at a time:
 *
 *   main                          worker
 *   call(id) ────────────────────▶ runs the handler
 *            ◀──── piece(id, head) the first part of the answer stands in a slot of the shared pieces
 *   credit += 1 when it is sent    (waits while there is no credit)
 *            ◀──────── piece(id) … isLast, usage
 *
 * Messages carry numbers and texts alone; the bytes of answers stay where the worker wrote them.
 */
import type { AnswerHead, ApiError, RouteCall } from '../../web/index.js';
import type { QueryEngineSettings } from '../query-engine.js';

/** A slot holds one piece; a worker fills them in turn and reuses one after main has given its credit back. */
export const slotBytes = 256 * 1024;
export const slotCount = 4;

/** Words of a worker's control memory, which both sides read and write by Atomics. */
export const cancelWord = 0;
export const creditWord = 1;
export const controlWords = 2;

export interface QueryWorkerData {
  readonly module: WebAssembly.Module;
  /** `slotCount` slots. */
  readonly slots: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  readonly engine: QueryEngineSettings;
  /** The step of subqueries that name none. */
  readonly defaultStepMs: number;
  /** Of the kernels' memory. */
  readonly memoryBytes: number;
  /** What the worker's reader opens: plain data that means something to it alone. */
  readonly source: unknown;
}

export type ToWorker =
  | {
      readonly kind: 'call';
      /** Never 0; `cancelWord` holds the one that is no longer wanted. */
      readonly id: number;
      readonly call: RouteCall;
      /** What is left of the server's time-out. */
      readonly timeoutMs: number;
    }
  /** Answered by `updated` once no call sees the old source any more. */
  | { readonly kind: 'source'; readonly version: number; readonly source: unknown }
  | { readonly kind: 'step'; readonly defaultStepMs: number };

/** What a call cost, told at its end. */
export interface CallUsage {
  /** Of the worker's memory of kernels, which never shrinks. */
  readonly memoryBytes: number;
  readonly evalSeconds: number;
  /** From the call to the last byte of its answer; 0 where it failed. */
  readonly answerSeconds: number;
  readonly samplesTotal: number;
  readonly samplesRead: number;
}

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'updated'; readonly version: number }
  /** The worker ends after it. */
  | { readonly kind: 'refused'; readonly message: string }
  | {
      readonly kind: 'piece';
      readonly id: number;
      /** With the first piece. */
      readonly head?: AnswerHead;
      readonly slot: number;
      readonly length: number;
      /** With the last piece. */
      readonly usage?: CallUsage;
    }
  /** Instead of the first piece, or of any later one. */
  | {
      readonly kind: 'error';
      readonly id: number;
      readonly error: ApiError;
      readonly isBug: boolean;
      readonly usage: CallUsage;
    };
