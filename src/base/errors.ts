/** A named place in a text: byte-exact or character-exact as the reader of that text defines it; both count from 1. */
export interface TextPlace {
  readonly file?: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Something the user can act on: a wrong flag, file, query or target. `message` says what and where, lower case,
 * without a full stop; `suggestions` say what to do next, one sentence each.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** Stable, machine-readable: `unknown-flag`, `port-in-use`. */
  readonly code: string;
  readonly suggestions: readonly string[];
  readonly place: TextPlace | undefined;
  /** The text in which `place` lies, for a code frame. */
  readonly source: string | undefined;

  constructor(options: {
    code: string;
    message: string;
    suggestions?: readonly string[];
    place?: TextPlace;
    source?: string;
    cause?: unknown;
  }) {
    super(options.message, { cause: options.cause });
    this.code = options.code;
    this.suggestions = options.suggestions ?? [];
    this.place = options.place;
    this.source = options.source;
  }
}

/** Bytes on disk that are not what their format says. `offset` counts from the start of the file. */
export class CorruptionError extends Error {
  override readonly name = 'CorruptionError';
  readonly path: string;
  readonly offset: number;
  readonly expected: string;
  readonly found: string;

  constructor(options: { path: string; offset: number; expected: string; found: string; cause?: unknown }) {
    super(
      `corruption in "${options.path}" at offset ${options.offset}: expected ${options.expected}, found ${options.found}`,
      { cause: options.cause },
    );
    this.path = options.path;
    this.offset = options.offset;
    this.expected = options.expected;
    this.found = options.found;
  }
}

/** A broken promise of our own code: a bug, never the user's doing. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Closes a switch over a union: the compiler proves that no case is missing. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`);
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The errno name (`ENOENT`, `EADDRINUSE`) of a system error, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}
