/** What passes between the HTTP surface and a thread that answers routes for it. */
import type { ApiError } from './api/api-error.js';
import type { FormValues } from './form.js';
import type { WebRequest } from './request.js';

/** A request as plain data. */
export interface RouteCall {
  /** The route's name, such as `/api/v1/query`. */
  readonly route: string;
  readonly rawQuery: string;
  /** Undefined when there was none. */
  readonly body: FormValues | undefined;
  readonly parameter: string;
  readonly accept: string;
}

export interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** A part of an answer's body. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
  /** Once the bytes are no longer needed; they may change then. */
  release?(): void;
}

/** An answer's body, piece by piece; there is at least one. */
export interface PieceSource {
  /** Not called again after the last piece. Rejects when there will be no more. */
  next(): Piece | Promise<Piece>;
  /** Nothing more is asked for, and no piece is needed any longer. */
  close(): void;
}

export interface RelayedAnswer extends AnswerHead {
  readonly pieces: PieceSource;
}

/** Answers requests on another thread. */
export interface RouteRelay {
  /**
   * Undefined when the request is to be answered here. Rejects with what the route's handler would have thrown; ends
   * the work when the request's signal fires.
   */
  answer(route: string, request: WebRequest): Promise<RelayedAnswer> | undefined;
  /** How long it took to answer a request here, sending left out. */
  answered?(request: WebRequest, seconds: number): void;
}

/** What became of a call, on the thread that ran it. */
export type RouteOutcome =
  | {
      readonly kind: 'answer';
      readonly head: AnswerHead;
      /** At least one piece; each is valid until the next is asked for. */
      readonly pieces: Iterator<Uint8Array, void>;
    }
  | { readonly kind: 'error'; readonly error: ApiError; readonly isBug: boolean };
