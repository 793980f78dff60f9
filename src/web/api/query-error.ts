import { messageOf } from '../../base/index.js';
import { ParseError } from '../../promql/index.js';
import { badParameter } from './api-error.js';

/** Upstream finds a mistake in a query before it runs it: `invalid parameter "query": …`. */
export async function asQueryParameter<T>(run: () => T | Promise<T>): Promise<T> {
  return asParameter('query', run);
}

export async function asParameter<T>(name: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ParseError || messageOf(error).startsWith('invalid expression type ')) {
      throw badParameter(name, messageOf(error));
    }
    throw error;
  }
}
