/** Series texts as they are plainly written: legacy names, sound label values, no line feed and no NUL. */

export const isLabelStart: u32 = 1;
export const isLabelByte: u32 = 2;
export const isMetricStart: u32 = 4;
export const isMetricByte: u32 = 8;
export const isTextValueByte: u32 = 16;
export const isOpenMetricsValueByte: u32 = 32;

const classes: usize = memory.data<u8>([
  0, 48, 48, 48, 48, 48, 48, 48, 48, 32, 0, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48,
  48, 48, 48, 48, 0, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 58, 58, 58, 58, 58, 58, 58,
  58, 58, 58, 60, 48, 48, 48, 48, 48, 48, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
  63, 63, 63, 63, 63, 63, 63, 63, 63, 48, 48, 48, 48, 63, 48, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
  63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 32, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48,
  48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48,
  48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48,
  48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48,
  48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48,
  48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48,
]);

// @ts-ignore: decorator
@inline
export function classOf(byte: u32): u32 {
  return load<u8>(classes + byte);
}

/** Length of the well-formed UTF-8 sequence at `at`, or 0 when there is none before `end`. */
function sequenceLength(at: usize, end: usize): usize {
  const lead: u32 = load<u8>(at);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length: usize = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (at + length > end) return 0;
  const second: u32 = load<u8>(at, 1);
  const low: u32 = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const high: u32 = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i: usize = 2; i < length; i++) if ((load<u8>(at + i) & 0xc0) != 0x80) return 0;
  return length;
}

export function isUtf8(start: usize, end: usize): bool {
  for (let at = start; at < end; ) {
    const length = sequenceLength(at, end);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

/** Passes a label value and its closing quote; 0 for what is not plain. */
function passValue(start: usize): usize {
  let at = start;
  let highBits: u32 = 0;
  let byte: u32 = load<u8>(at);
  while (byte != 0x22) {
    if (byte < 0x20 && (byte == 0x0a || byte == 0)) return 0;
    if (byte == 0x5c) {
      byte = load<u8>(++at);
      if (byte == 0x0a || byte == 0) return 0;
    }
    highBits |= byte;
    byte = load<u8>(++at);
  }
  if (highBits >= 0x80 && !isUtf8(start, at)) return 0;
  return at + 1;
}

// @ts-ignore: decorator
@inline
export function passBlanks(start: usize): usize {
  let at = start;
  for (let byte: u32 = load<u8>(at); byte == 0x20 || byte == 0x09; byte = load<u8>(++at)) {}
  return at;
}

/** Passes plain labels; `start` is behind the opening brace, the answer behind the closing one; 0 for anything else. */
// @ts-ignore: decorator
@inline
function passLabels(start: usize, maySpace: bool): usize {
  let at = start;
  while (true) {
    if (maySpace) at = passBlanks(at);
    if (load<u8>(at) == 0x7d) return at + 1;
    if ((classOf(load<u8>(at)) & isLabelStart) == 0) return 0;
    do at++;
    while ((classOf(load<u8>(at)) & isLabelByte) != 0);
    if (maySpace) at = passBlanks(at);
    if (load<u8>(at) != 0x3d) return 0;
    at++;
    if (maySpace) at = passBlanks(at);
    if (load<u8>(at) != 0x22) return 0;
    at = passValue(at + 1);
    if (at == 0) return 0;
    if (maySpace) at = passBlanks(at);
    if (load<u8>(at) == 0x7d) return at + 1;
    if (load<u8>(at) != 0x2c) return 0;
    at++;
  }
  return 0;
}

/** Passes a plain series text: the answer is behind it, 0 for anything else. Some line feed must stand behind. */
// @ts-ignore: decorator
@inline
export function passSeries(start: usize, isText: bool): usize {
  let at = start;
  if ((classOf(load<u8>(at)) & isMetricStart) == 0) return 0;
  do at++;
  while ((classOf(load<u8>(at)) & isMetricByte) != 0);
  const nameEnd = at;
  if (isText) at = passBlanks(at);
  if (load<u8>(at) != 0x7b) return nameEnd;
  return passLabels(at + 1, isText);
}
