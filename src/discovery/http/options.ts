import { httpClientFields, httpClientStruct, parseGoUrl } from '../../http/options.js';
import { duration, printed, type Report, string, withDefault } from '../../yaml/index.js';

/** Source: discovery/http/http.go. */
export function httpDiscovery() {
  return httpClientStruct(
    { ...httpClientFields(), refresh_interval: withDefault(duration(), 60_000), url: printed(string()) },
    { typeName: 'http.plain', check: ({ url }, report) => checkHttpUrl(url, report) },
  );
}

/** For mechanisms that ask one URL. */
export function checkHttpUrl(text: string, report: Report) {
  if (text === '') return report('URL is missing');
  const parsed = parseGoUrl(text);
  if (!parsed.ok) return report(parsed.error, { key: 'url' });
  const { scheme, host } = parsed.url;
  if (scheme !== 'http' && scheme !== 'https')
    return report("URL scheme must be 'http' or 'https'", { key: 'url' });
  if (host === '') report('host is missing in URL', { key: 'url' });
}
