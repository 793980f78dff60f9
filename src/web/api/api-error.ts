import { AssertionError, messageOf, quoteGo, UserError } from '../../base/index.js';
import { ParseError, QueryError } from '../../promql/index.js';

/** Upstream's error types (web/api/v1/api.go). */
export type ApiErrorType =
  | 'bad_data'
  | 'execution'
  | 'canceled'
  | 'timeout'
  | 'internal'
  | 'not_found'
  | 'not_acceptable'
  | 'unavailable';

/** `unavailable` has no status of its own upstream and is a 500. */
export const statusOfError: Readonly<Record<ApiErrorType, number>> = {
  bad_data: 400,
  execution: 422,
  canceled: 499,
  timeout: 503,
  internal: 500,
  not_found: 404,
  not_acceptable: 406,
  unavailable: 500,
};

export interface ApiError {
  readonly type: ApiErrorType;
  readonly message: string;
}

const codePrefix = 'api-';

/** A request that ends with this error type and text. */
export function apiError(type: ApiErrorType, message: string): UserError {
  return new UserError({ code: `${codePrefix}${type}`, message });
}

export function badData(message: string): UserError {
  return apiError('bad_data', message);
}

export function badParameter(name: string, message: string): UserError {
  return badData(`invalid parameter ${quoteGo(name)}: ${message}`);
}

/** What upstream's returnAPIError makes of a failure. */
export function apiErrorOf(error: unknown): ApiError {
  const message = messageOf(error);
  if (error instanceof UserError && error.code.startsWith(codePrefix)) {
    return { type: error.code.slice(codePrefix.length) as ApiErrorType, message };
  }
  if (error instanceof ParseError) return { type: 'bad_data', message };
  if (error instanceof QueryError) return { type: typeOfQueryError(error), message };
  if (error instanceof Error && error.name === 'AbortError') {
    return { type: 'canceled', message: 'context canceled' };
  }
  if (isBug(error)) return { type: 'internal', message };
  return { type: 'execution', message };
}

/** What can only be our own mistake. */
export function isBug(error: unknown): boolean {
  return error instanceof AssertionError || error instanceof TypeError || error instanceof RangeError;
}

function typeOfQueryError({ kind }: QueryError): ApiErrorType {
  switch (kind) {
    case 'canceled':
    case 'timeout':
      return kind;
    case 'storage':
      return 'internal';
    case 'execution':
      return 'execution';
  }
}
