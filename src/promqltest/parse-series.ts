import { decodeUtf8, encodeUtf8 } from '../base/index.js';
import {
  combineHistograms,
  ParseError,
  parseSeriesDescription,
  type SeriesDescription,
} from '../promql/index.js';
import type { ScriptLines } from './script-lines.js';

/** A line `metric{…} 1 2 3`, its mistakes placed in the script. */
export function parseSeries(line: string, lines: ScriptLines): SeriesDescription {
  try {
    return parseSeriesDescription(line, { combineHistograms });
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw placed(error, lines);
  }
}

/** A mistake of the parser, found in a text that begins at character `offset` of the line read last. */
export function placed(error: ParseError, lines: ScriptLines, offset = 0): Error {
  const [problem] = error.problems;
  const before = encodeUtf8(error.query).subarray(0, problem?.position.start ?? 0);
  return lines.error(`parse error: ${problem?.message ?? error.message}`, {
    offset: offset + decodeUtf8(before).length,
  });
}
