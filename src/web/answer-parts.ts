import { encodeUtf8 } from '../base/index.js';
import { successPieces } from './api/index.js';
import type { AnswerHead } from './relay.js';
import type { Answer } from './route.js';

export const plainType = 'text/plain; charset=utf-8';

export interface AnswerParts extends AnswerHead {
  /** Undefined: there is no body. */
  readonly pieces: Iterator<Uint8Array, void> | undefined;
}

/** Status, headers and body of what a handler answered. */
export function answerParts(answer: Answer): AnswerParts {
  switch (answer.kind) {
    case 'nothing':
      return { status: 204, headers: {}, pieces: undefined };
    case 'data': {
      const pieces = successPieces(answer.data, answer.warnings ?? [], answer.infos ?? []);
      const headers = { 'Content-Type': 'application/json' };
      return { status: 200, headers, pieces: releasing(pieces, answer.release) };
    }
    case 'plain': {
      const body = typeof answer.body === 'string' ? encodeUtf8(answer.body) : answer.body;
      const contentType = answer.contentType ?? (body.length === 0 ? '' : plainType);
      const headers = { ...(contentType === '' ? {} : { 'Content-Type': contentType }), ...answer.headers };
      return { status: answer.status ?? 200, headers, pieces: [body].values() };
    }
  }
}

/** The same pieces; `release` is called at their end, also where the first is never asked for. */
function releasing(
  pieces: Generator<Uint8Array, void>,
  release: (() => void) | undefined,
): Iterator<Uint8Array, void> {
  if (release === undefined) return pieces;
  let isHeld = true;
  const end = (): void => {
    if (isHeld) release();
    isHeld = false;
  };
  return {
    next() {
      try {
        const next = pieces.next();
        if (next.done === true) end();
        return next;
      } catch (error) {
        end();
        throw error;
      }
    },
    return() {
      try {
        return pieces.return();
      } finally {
        end();
      }
    },
  };
}
