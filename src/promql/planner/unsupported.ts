import type { Call } from '../ast/index.js';
import { QueryError } from '../errors.js';

function notSupported(what: string): QueryError {
  return new QueryError('not-supported', `${what} is not supported yet`);
}

/** Refuses by name, before anything is read, what the engine would answer wrongly. */
export function refuseCall(call: Call, isSupported: (name: string) => boolean): void {
  if (!isSupported(call.func.name)) throw notSupported(`${call.func.name}()`);
}
