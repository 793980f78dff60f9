/**
 * Routes of features that this server does not have switched on: upstream answers them the same way when off.
 */
import type { Answer, Handler, Route } from '../route.js';
import { apiError } from './api-error.js';

export function plainNotFound(text: string): Handler {
  return (): Answer => ({
    kind: 'plain',
    status: 404,
    headers: { 'X-Content-Type-Options': 'nosniff' },
    body: `${text}\n`,
  });
}

function unavailable(text: string): Handler {
  return () => {
    throw apiError('unavailable', text);
  };
}

const otlpOff = plainNotFound('otlp write receiver needs to be enabled with --web.enable-otlp-receiver');
const searchOff = unavailable('search API disabled');

export const notEnabledRoutes: readonly Route[] = [
  { name: '/otlp/v1/metrics', methods: { POST: otlpOff }, compress: false, api: false },
  ...['metric_names', 'label_names', 'label_values'].map((name) => ({
    name: `/search/${name}`,
    methods: { GET: searchOff, POST: searchOff },
    compress: false,
  })),
];
