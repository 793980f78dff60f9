import { durationOf } from './parse-script.js';

const item = /^(_)(?:x(\d+))?$|^([+-]?\d+[a-wyz]*)(?:([+-]\d+[a-wyz]*))?(?:x(\d+))?$/;

/** Start times as offsets from their samples: `_`, `-30s`, `-1m-1mx3`. */
export function parseStartTimes(text: string): (number | undefined)[] {
  return text
    .trim()
    .split(/\s+/)
    .flatMap((part) => {
      const found = item.exec(part);
      if (found === null) throw new Error(`unreadable start time "${part}"`);
      const [, none, noneTimes, base, step, times] = found;
      if (none !== undefined) return new Array<undefined>(Number(noneTimes ?? 1)).fill(undefined);
      const first = durationOf((base as string).replace(/^\+/, ''));
      const added = step === undefined ? 0 : durationOf(step.replace(/^\+/, ''));
      return Array.from({ length: Number(times ?? 0) + 1 }, (_, i) => first + i * added);
    });
}
