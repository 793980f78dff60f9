import { compileSearch, RegexpSyntaxError } from '../model/index.js';
import type { Expectation, Subject } from './script.js';
import type { ScriptLines } from './script-lines.js';

const expectLine =
  /^expect[\t\f\r ]+(ordered|fail|warn|no_warn|info|no_info)(?:[\t\f\r ]+(regex|msg):(.+))?$/s;

/** `expect warn msg: …`. */
export function parseExpectation(line: string, lines: ScriptLines): Expectation | 'ordered' {
  const found = expectLine.exec(line);
  if (found === null) {
    throw lines.error('invalid expect statement, must match `expect <type> <match_type>: <string>` format');
  }
  const [, subject, how, text = ''] = found as unknown as [string, Subject | 'ordered', string?, string?];
  if (subject === 'ordered') return subject;
  if (how === undefined) return { subject, text: undefined, matches: () => true };
  return how === 'msg' ? exactly(subject, text.trim()) : like(subject, text.trim(), lines);
}

/** `expected_fail_message …` and `expected_fail_regexp …`, behind `eval_fail`. */
export function parseOldExpectation(line: string, lines: ScriptLines): Expectation | undefined {
  const found = /^expected_fail_(message|regexp)(.*)$/s.exec(line);
  if (found === null) return undefined;
  const text = (found[2] as string).trim();
  return found[1] === 'message' ? exactly('fail', text) : like('fail', text, lines);
}

function exactly(subject: Subject, text: string): Expectation {
  return { subject, text, matches: (told) => told === text };
}

function like(subject: Subject, pattern: string, lines: ScriptLines): Expectation {
  try {
    const search = compileSearch(pattern);
    return { subject, text: pattern, matches: (told) => search.test(told) };
  } catch (error) {
    if (!(error instanceof RegexpSyntaxError)) throw error;
    throw lines.error(`invalid regex ${pattern} for ${subject}: ${error.message}`);
  }
}
