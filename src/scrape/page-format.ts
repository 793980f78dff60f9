import { selectFormat } from '../exposition/index.js';
import type { ScrapeOptions } from './options.js';

/** A page as it was received. The parts must not change while it is read. */
export interface PageBody {
  readonly parts: readonly Uint8Array[];
  /** Of all parts together. */
  readonly length: number;
  readonly contentType: string;
}

export interface TextPage extends PageBody {
  readonly format: 'text' | 'openmetrics';
}

/** A body as a page of the format that its content type says. `error` alone when no parser fits. */
export function pageOfBody(
  { parts, length, contentType }: PageBody,
  options: Pick<ScrapeOptions, 'fallbackScrapeProtocol'>,
): TextPage | { readonly error: string } {
  const selected = selectFormat({ contentType, fallbackProtocol: options.fallbackScrapeProtocol });
  if ('error' in selected) return selected;
  if (selected.format === 'protobuf') {
    return { error: `received Content-Type ${JSON.stringify(contentType)}, which is not supported` };
  }
  return { parts, length, contentType, format: selected.format };
}
