/**
 * Arithmetic and comparisons between rows: doubles with a byte of presence each, 1 a float, 2 something else. An
 * operand whose presence stands at address 0 is there at every step. The target may be an operand.
 * Twins: twins/rows.ts.
 */

/** How many of the bytes are not 0. */
export function rowCount(present: u32, steps: u32): u32 {
  const zero = i8x16.splat(0);
  let count: u32 = 0;
  let i: u32 = 0;
  for (; i + 16 <= steps; i += 16) {
    count += <u32>popcnt(i8x16.bitmask(i8x16.ne(v128.load(present + i), zero)));
  }
  for (; i < steps; i++) count += u32(load<u8>(present + i) != 0);
  return count;
}

// @ts-ignore: decorator
@inline
function isFloat(present: u32, i: u32): bool {
  return present == 0 || load<u8>(present + i) == 1;
}

/** `op`: 0 +, 1 -, 2 *, 3 /. Answers how many steps have a result. */
export function rowArithmetic(
  op: u32,
  left: u32,
  leftPresent: u32,
  right: u32,
  rightPresent: u32,
  out: u32,
  outPresent: u32,
  steps: u32,
): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < steps; i++) {
    const both = isFloat(leftPresent, i) && isFloat(rightPresent, i);
    store<u8>(outPresent + i, u8(both));
    if (!both) continue;
    count++;
    const at = i << 3;
    const x = load<f64>(left + at);
    const y = load<f64>(right + at);
    const result = op == 0 ? x + y : op == 1 ? x - y : op == 2 ? x * y : x / y;
    store<f64>(out + at, result);
  }
  return count;
}

/** `op`: 0 ==, 1 !=, 2 <=, 3 <, 4 >=, 5 >. Keeps `kept`'s value where it holds; as a boolean, 1 or 0 at every step. */
export function rowComparison(
  op: u32,
  asBool: bool,
  left: u32,
  leftPresent: u32,
  right: u32,
  rightPresent: u32,
  kept: u32,
  out: u32,
  outPresent: u32,
  steps: u32,
): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < steps; i++) {
    if (!isFloat(leftPresent, i) || !isFloat(rightPresent, i)) {
      store<u8>(outPresent + i, 0);
      continue;
    }
    const at = i << 3;
    const x = load<f64>(left + at);
    const y = load<f64>(right + at);
    let holds = false;
    if (op == 0) holds = x == y;
    else if (op == 1) holds = x != y;
    else if (op == 2) holds = x <= y;
    else if (op == 3) holds = x < y;
    else if (op == 4) holds = x >= y;
    else holds = x > y;
    if (asBool) store<f64>(out + at, <f64>u32(holds));
    else store<u64>(out + at, load<u64>(kept + at));
    const isThere = holds || asBool;
    store<u8>(outPresent + i, u8(isThere));
    count += u32(isThere);
  }
  return count;
}

/** Sets the marks of the steps at which the row has anything. */
export function rowMark(present: u32, marks: u32, steps: u32): void {
  for (let i: u32 = 0; i < steps; i++) if (load<u8>(present + i) != 0) store<u8>(marks + i, 1);
}

/** Drops the steps that are marked, or those that are not; answers how many stay. Marks at address 0: none is. */
export function rowSift(present: u32, marks: u32, steps: u32, keepsMarked: bool): u32 {
  let count: u32 = 0;
  for (let i: u32 = 0; i < steps; i++) {
    const isMarked = marks != 0 && load<u8>(marks + i) != 0;
    if (isMarked != keepsMarked) store<u8>(present + i, 0);
    else count += u32(load<u8>(present + i) != 0);
  }
  return count;
}
