import { formatFloatPlain } from '../../base/index.js';
import type { EscapingScheme } from '../../model/index.js';
import type { MetricFamily } from '../../telemetry/index.js';
import { formatOpenMetricsFloat } from '../format-float.js';
import { escapeFamilyName } from './escape-labels.js';
import { type NumberStyle, writeSamples } from './write-samples.js';
import { escapeQuoted, writeName } from './write-series.js';
import type { WriteOptions } from './write-text.js';

const totalSuffix = '_total';

const openMetricsStyle: NumberStyle = {
  value: formatOpenMetricsFloat,
  bound: formatOpenMetricsFloat,
  count: formatFloatPlain,
  timestamp: (milliseconds) => formatOpenMetricsFloat(milliseconds / 1000),
};

/**
 * Families in OpenMetrics 1.0, `# EOF` at the end. A counter that is not named `…_total` is written as unknown, since
 * its name must stay. There are no `_created` lines. Source: expfmt/openmetrics_create.go.
 */
export function writeOpenMetrics(families: readonly MetricFamily[], options: WriteOptions = {}): string {
  const { escaping = 'allow-utf-8' } = options;
  return `${families.map((family) => writeFamily(family, escaping)).join('')}# EOF\n`;
}

function writeFamily(family: MetricFamily, escaping: EscapingScheme): string {
  if (family.metrics.length === 0) return '';
  const name = escapeFamilyName(family.name, escaping);
  const isTotal = family.type === 'counter' && name.endsWith(totalSuffix);
  const written = writeName(isTotal ? name.slice(0, -totalSuffix.length) : name);
  const type = family.type === 'counter' && !isTotal ? 'unknown' : family.type;
  const help = family.help === '' ? '' : `# HELP ${written} ${escapeQuoted(family.help)}\n`;
  const unit = family.unit === '' ? '' : `# UNIT ${written} ${escapeQuoted(family.unit)}\n`;
  const samples = writeSamples({ family, name, style: openMetricsStyle, escaping });
  return `${help}# TYPE ${written} ${type}\n${unit}${samples}`;
}
