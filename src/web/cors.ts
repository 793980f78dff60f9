import { compileLabelRegexp } from '../model/index.js';

export type CorsHeaders = (origin: string | undefined) => Record<string, string>;

const corsHeaders: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Headers': 'Accept, Authorization, Content-Type, Origin',
  'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
  'Access-Control-Expose-Headers': 'Date',
};

/** util/httputil's SetCORS: which origins may read our answers from a page. `Vary` is the caller's. */
export function corsFor(pattern: string): CorsHeaders {
  const allowed = compileLabelRegexp(pattern);
  return (origin) => {
    if (origin === undefined || origin === '') return {};
    if (!allowed.test(origin)) return { ...corsHeaders };
    return { ...corsHeaders, 'Access-Control-Allow-Origin': origin };
  };
}
