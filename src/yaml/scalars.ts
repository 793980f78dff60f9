import { formatDuration, parseDuration } from '../base/index.js';
import { isNullNode, isScalar } from './decoder.js';
import { formatBase2Bytes, parseBase2Bytes } from './parse-size.js';
import { refine, reportMismatch, type Schema, scalar } from './schema.js';

/** The text of a scalar as it stands: `yes`, `010` and `1.0` are texts where a text is wanted. */
export function string(): Schema<string> {
  return {
    typeName: 'string',
    absent: () => '',
    zero: () => '',
    print: (text) => text,
    isZero: (text) => text === '',
    decode: (node, decoder) =>
      decoder.enter(node, (target) => {
        if (isNullNode(target)) return '';
        if (isScalar(target)) return decoder.textOf(target);
        reportMismatch(target, decoder, 'string');
        return '';
      }),
  };
}

export function bool(): Schema<boolean> {
  return scalar({
    typeName: 'bool',
    zero: false,
    print: (value) => value,
    read: ({ resolved }) => (resolved.tag === '!!bool' ? resolved.value : undefined),
  });
}

function integer(typeName: string, min: bigint, max: bigint): Schema<bigint> {
  return scalar<bigint>({
    typeName,
    zero: 0n,
    print: (value) => ({ verbatim: String(value) }),
    read({ resolved }) {
      let value: bigint | undefined;
      if (resolved.tag === '!!int') value = resolved.value;
      if (resolved.tag === '!!float' && Number.isFinite(resolved.value))
        value = BigInt(Math.trunc(resolved.value));
      return value !== undefined && value >= min && value <= max ? value : undefined;
    },
  });
}

/** Integers beyond 2^53 lose their last digits; `uint64` keeps them. */
export function int(): Schema<number> {
  return refine(integer('int', -(2n ** 63n), 2n ** 63n - 1n), {
    zero: 0,
    convert: Number,
    print: (value) => value,
  });
}

export function uint(): Schema<number> {
  return refine(integer('uint', 0n, 2n ** 64n - 1n), { zero: 0, convert: Number, print: (value) => value });
}

export function uint64(): Schema<bigint> {
  return integer('uint64', 0n, 2n ** 64n - 1n);
}

export function float(): Schema<number> {
  return scalar({
    typeName: 'float64',
    zero: 0,
    print: (value) => value,
    read({ resolved }) {
      if (resolved.tag === '!!float') return resolved.value;
      return resolved.tag === '!!int' ? Number(resolved.value) : undefined;
    },
  });
}

/** Milliseconds of `1m30s`. */
export function duration(): Schema<number> {
  return refine(string(), {
    zero: 0,
    print: formatDuration,
    convert(text, report) {
      const parsed = parseDuration(text);
      if (parsed.ok) return parsed.ms;
      report(parsed.error);
      return undefined;
    },
  });
}

/** Bytes of `512MB`; MB and MiB are both 2^20. */
export function size(): Schema<number> {
  return refine(string(), {
    zero: 0,
    print: formatBase2Bytes,
    convert(text, report) {
      const parsed = parseBase2Bytes(text);
      if (typeof parsed === 'number') return parsed;
      report(parsed.error);
      return undefined;
    },
  });
}
