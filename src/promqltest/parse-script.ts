/** The language of query scripts. Source: promql/promqltest/test.go; its README describes it. */
import { parseDuration } from '../base/index.js';
import { parseEvaluation } from './parse-evaluation.js';
import { parseSeries } from './parse-series.js';
import type { Command, LoadCommand, LoadedSeries } from './script.js';
import { ScriptLines } from './script-lines.js';
import { isStartLine, parseStartLine, type StartLine } from './start-timestamps.js';

/** Throws `ScriptError` for the first mistake. */
export function parseScript(text: string): Command[] {
  const lines = new ScriptLines(text);
  const commands: Command[] = [];
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    if (line === '') continue;
    const word = (line.split(/[\t ]+/, 1)[0] as string).toLowerCase();
    if (word === 'clear') commands.push({ kind: 'clear' });
    else if (word.startsWith('load')) commands.push(parseLoad(line, lines));
    else if (word.startsWith('eval')) commands.push(parseEvaluation(line, lines));
    else throw lines.error(`invalid command ${JSON.stringify(line)}, expected load, eval or clear`);
  }
  return commands;
}

function parseLoad(line: string, lines: ScriptLines): LoadCommand {
  const found = /^load(?:_(with_nhcb))?[\t\f\r ]+(.+?)$/s.exec(line);
  if (found === null) throw lines.error('invalid load command. (load[_with_nhcb] <step:duration>)');
  const number = lines.number;
  const step = found[2] as string;
  const parsed = parseDuration(step);
  if (!parsed.ok) {
    const offset = line.length - step.length;
    throw lines.error(`invalid step definition ${JSON.stringify(step)}: ${parsed.error}`, { offset });
  }
  const series = parseLoadedSeries(lines);
  return {
    kind: 'load',
    line: number,
    stepMs: parsed.ms,
    withCustomBuckets: found[1] !== undefined,
    series,
  };
}

/** Of two lines for one series the later counts. */
function parseLoadedSeries(lines: ScriptLines): LoadedSeries[] {
  const series = new Map<string, LoadedSeries>();
  let pending: StartLine | undefined;
  const orphan = (starts: StartLine): Error =>
    lines.error('@st line has no following sample line', { line: starts.line });
  for (let line = lines.nextOfCommand(); line !== undefined; line = lines.nextOfCommand()) {
    if (isStartLine(line)) {
      if (pending !== undefined) throw orphan(pending);
      pending = parseStartLine(line, lines);
      continue;
    }
    const { labels, values } = parseSeries(line, lines);
    const key = labels.key();
    if (pending !== undefined && pending.labels.key() !== key) {
      throw lines.error('@st metric does not match the following sample line metric', { line: pending.line });
    }
    if (pending !== undefined && pending.offsetsMs.length !== values.length) {
      const counts = `${pending.offsetsMs.length} values but sample line has ${values.length}`;
      throw lines.error(`@st line has ${counts}`, { line: pending.line });
    }
    series.set(key, { labels, values, startOffsetsMs: pending?.offsetsMs });
    pending = undefined;
  }
  if (pending !== undefined) throw orphan(pending);
  return [...series.values()];
}
