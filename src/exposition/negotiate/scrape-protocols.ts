import type { EscapingScheme } from '../../model/index.js';

/** Source: ScrapeProtocolsHeaders in config/config.go. */
const headers = {
  PrometheusProto:
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited',
  'PrometheusText0.0.4': 'text/plain;version=0.0.4',
  'PrometheusText1.0.0': 'text/plain;version=1.0.0',
  'OpenMetricsText0.0.1': 'application/openmetrics-text;version=0.0.1',
  'OpenMetricsText1.0.0': 'application/openmetrics-text;version=1.0.0',
} as const;

export type ScrapeProtocol = keyof typeof headers;

export const scrapeProtocols = Object.keys(headers) as readonly ScrapeProtocol[];

export function protocolMediaType(protocol: ScrapeProtocol): string {
  return headers[protocol].replace(/;.*/, '');
}

/** The Accept header of a scrape: the protocols with falling weights, then anything. Source: scrape/scrape.go. */
export function acceptHeader(protocols: readonly ScrapeProtocol[], escaping: EscapingScheme): string {
  let weight = scrapeProtocols.length + 1;
  const clauses = protocols.map((protocol) => {
    const knowsEscaping = protocol === 'PrometheusText1.0.0' || protocol === 'OpenMetricsText1.0.0';
    return `${headers[protocol]}${knowsEscaping ? `;escaping=${escaping}` : ''};q=0.${weight--}`;
  });
  return [...clauses, `*/*;q=0.${weight}`].join(',');
}
