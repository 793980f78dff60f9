import { quoteGo } from '../../base/index.js';
import { parseMediaType } from './media-type.js';
import { protocolMediaType, type ScrapeProtocol } from './scrape-protocols.js';

export type ScrapeFormat = 'text' | 'openmetrics' | 'protobuf';

export type SelectedFormat =
  /** `warning` says why the fallback is used. */
  { readonly format: ScrapeFormat; readonly warning?: string } | { readonly error: string };

const formats: ReadonlyMap<string, ScrapeFormat> = new Map([
  ['text/plain', 'text'],
  ['application/openmetrics-text', 'openmetrics'],
  ['application/vnd.google.protobuf', 'protobuf'],
]);

/** The format of a scraped page by its Content-Type. Source: textparse/interface.go. */
export function selectFormat(options: {
  readonly contentType: string;
  readonly fallbackProtocol?: ScrapeProtocol | '' | undefined;
}): SelectedFormat {
  const { contentType, fallbackProtocol } = options;
  const fallback = fallbackProtocol ? protocolMediaType(fallbackProtocol) : undefined;
  const using = fallback && `using fallback_scrape_protocol ${quoteGo(fallback)}`;
  const fallBack = (warning: string, error: string): SelectedFormat =>
    fallback === undefined ? { error } : { format: formats.get(fallback) as ScrapeFormat, warning };

  if (contentType === '') {
    const problem = 'non-compliant scrape target sending blank Content-Type';
    return fallBack(
      `${problem}, ${using}`,
      `${problem} and no fallback_scrape_protocol specified for target`,
    );
  }
  const quoted = quoteGo(contentType);
  const parsed = parseMediaType(contentType);
  if ('error' in parsed) {
    return fallBack(
      `could not parse received Content-Type ${quoted}, ${using}\n${parsed.error}`,
      `cannot parse Content-Type ${quoted} and no fallback_scrape_protocol for target\n${parsed.error}`,
    );
  }
  const format = formats.get(parsed.mediaType);
  if (format !== undefined) return { format };
  const problem = `received unsupported Content-Type ${quoted}`;
  return fallBack(`${problem}, ${using}`, `${problem} and no fallback_scrape_protocol specified for target`);
}
