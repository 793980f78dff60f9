import type { EscapingScheme } from '../../model/index.js';
import type { MetricFamily } from '../../telemetry/index.js';
import { formatTextFloat } from '../format-float.js';
import { escapeFamilyName } from './escape-labels.js';
import { type NumberStyle, writeSamples } from './write-samples.js';
import { escapeHelp, writeName } from './write-series.js';

const textStyle: NumberStyle = {
  value: formatTextFloat,
  bound: formatTextFloat,
  count: formatTextFloat,
  timestamp: String,
};

export interface WriteOptions {
  /** How names outside the old character set are written (default: quoted, as they are). */
  readonly escaping?: EscapingScheme;
}

/**
 * Families in the text format 0.0.4 (1.0.0 where a name must be quoted). A family without metrics is left out, an
 * empty help text has no line. Source: expfmt/text_create.go.
 */
export function writeText(families: readonly MetricFamily[], options: WriteOptions = {}): string {
  const { escaping = 'allow-utf-8' } = options;
  return families.map((family) => writeFamily(family, escaping)).join('');
}

function writeFamily(family: MetricFamily, escaping: EscapingScheme): string {
  if (family.metrics.length === 0) return '';
  const name = escapeFamilyName(family.name, escaping);
  const written = writeName(name);
  const help = family.help === '' ? '' : `# HELP ${written} ${escapeHelp(family.help)}\n`;
  const type = family.type === 'unknown' ? 'untyped' : family.type;
  return `${help}# TYPE ${written} ${type}\n${writeSamples({ family, name, style: textStyle, escaping })}`;
}
