import { isLegacyMetricName } from '../../model/index.js';

/** `le` or `quantile` behind the labels of a metric, its bound written by the format. */
export interface BoundLabel {
  readonly name: 'le' | 'quantile';
  readonly text: string;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' };

/** Escapes backslashes and line feeds, as help texts of the text format need it. */
export function escapeHelp(text: string): string {
  return /[\\\n]/.test(text) ? text.replace(/[\\\n]/g, (character) => escapes[character] as string) : text;
}

/** Escapes quotes as well: label values, and help texts of OpenMetrics. */
export function escapeQuoted(text: string): string {
  return /[\\\n"]/.test(text) ? text.replace(/[\\\n"]/g, (character) => escapes[character] as string) : text;
}

/** A metric or label name; one outside the old character set is quoted. */
export function writeName(name: string): string {
  return isLegacyMetricName(name) ? name : `"${escapeQuoted(name)}"`;
}

/** Name and labels of a sample; a quoted name stands within the braces. */
export function writeSeries(name: string, labels: readonly string[], bound?: BoundLabel): string {
  const isQuoted = !isLegacyMetricName(name);
  let inner = isQuoted ? writeName(name) : '';
  for (let i = 0; i < labels.length; i += 2) {
    if (inner !== '') inner += ',';
    inner += `${writeName(labels[i] as string)}="${escapeQuoted(labels[i + 1] as string)}"`;
  }
  if (bound !== undefined) inner += `${inner === '' ? '' : ','}${bound.name}="${bound.text}"`;
  if (isQuoted) return `{${inner}}`;
  return inner === '' ? name : `${name}{${inner}}`;
}
