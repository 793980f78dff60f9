import { type EscapingScheme, escapingSchemes } from '../../model/index.js';
import { parseAccept } from './parse-accept.js';

export interface NegotiatedFormat {
  readonly format: 'text' | 'openmetrics';
  readonly escaping: EscapingScheme;
  readonly contentType: string;
}

const textType = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The format in which to answer an Accept header. As in upstream, whose own metrics and federation are never
 * OpenMetrics, that format must be asked for by the caller. Protobuf clauses are passed over.
 * Source: prometheus/common expfmt.Negotiate, expfmt.NegotiateIncludingOpenMetrics.
 */
export function negotiateFormat(
  accept: string | undefined,
  options: { readonly openMetrics?: boolean } = {},
): NegotiatedFormat {
  let escaping: EscapingScheme = 'underscores';
  for (const { type, subtype, parameters } of parseAccept(accept ?? '')) {
    const wanted = parameters.get('escaping');
    escaping = escapingSchemes.find((scheme) => scheme === wanted) ?? escaping;
    const version = parameters.get('version') ?? '';
    const mediaType = `${type}/${subtype}`;
    if (mediaType === 'text/plain' && (version === '0.0.4' || version === '')) break;
    const isOpenMetrics = options.openMetrics && mediaType === 'application/openmetrics-text';
    if (isOpenMetrics && (version === '1.0.0' || version === '0.0.1' || version === '')) {
      const contentType = `${mediaType}; version=${version || '0.0.1'}; charset=utf-8; escaping=${escaping}`;
      return { format: 'openmetrics', escaping, contentType };
    }
  }
  return { format: 'text', escaping, contentType: `${textType}; escaping=${escaping}` };
}
