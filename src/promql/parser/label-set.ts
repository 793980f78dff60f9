/** A series' own labels: `up{job="x"}`. Source: generated_parser.y (metric, label_set). */
import { type Labels, LabelsBuilder, metricNameLabel } from '../../model/index.js';
import { parseCommaList } from './comma-list.js';
import { stringValue } from './literals.js';
import { isMetricIdentifier } from './metric-identifier.js';
import type { TokenStream } from './token-stream.js';

const context = 'label set';

/** Nothing at all is an empty label set. */
export function parseLabelSet(tokens: TokenStream): Labels {
  const name = isMetricIdentifier(tokens.peek()) ? tokens.shift().text : '';
  const builder = new LabelsBuilder();
  if (tokens.peek() === '{') parseBraced(tokens, builder);
  if (name !== '') builder.set(metricNameLabel, name);
  return builder.labels();
}

function parseBraced(tokens: TokenStream, builder: LabelsBuilder): void {
  tokens.shift();
  parseCommaList(tokens, '}', context, () => parseLabel(tokens, builder));
}

function parseLabel(tokens: TokenStream, builder: LabelsBuilder): void {
  const kind = tokens.peek();
  if (kind !== 'identifier' && kind !== 'string') {
    if (tokens.rejectHere()) tokens.unexpected(context, 'identifier or "}"');
    return;
  }
  const token = tokens.shift();
  const name = kind === 'string' ? stringValue(tokens, token) : token.text;
  if (tokens.peek() === '=') {
    tokens.shift();
    while (tokens.peek() !== 'string') {
      if (tokens.rejectHere()) {
        tokens.unexpected(context, 'string');
        return;
      }
    }
    builder.set(name, stringValue(tokens, tokens.shift()));
  } else if (kind === 'string') {
    builder.set(metricNameLabel, name);
  } else if (tokens.rejectHere()) {
    tokens.unexpected(context, '"="');
  }
}
