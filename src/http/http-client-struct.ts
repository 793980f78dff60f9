import { type Fields, type Report, type Schema, type StructOf, struct } from '../yaml/index.js';
import { checkHttpClient } from './check-http-client.js';
import { type HttpClientOptions, takeHttpClient } from './http-fields.js';

/**
 * A struct that holds the block inline. `check` runs before the block is checked, `checkBehind` after it, as upstream's
 * types each do it.
 */
export function httpClientStruct<F extends Fields>(
  fields: F,
  options: {
    typeName: string;
    check?(value: StructOf<F>, report: Report): void;
    checkBehind?(value: StructOf<F>, report: Report): void;
    complete?(value: StructOf<F>): StructOf<F>;
  },
): Schema<StructOf<F>> {
  const { typeName, check, checkBehind, complete = (value: StructOf<F>) => value } = options;
  return struct(fields, {
    typeName,
    check(value, report) {
      check?.(value, report);
      checkHttpClient(value as unknown as HttpClientOptions, report);
      checkBehind?.(value, report);
    },
    complete: (value) => complete({ ...value, ...takeHttpClient(value as unknown as HttpClientOptions) }),
  });
}
