import { isUtf8 } from '../../base/index.js';
import { byteClasses, isLabelByte, isLabelStart } from '../byte-classes.js';

/**
 * Passes plain labels: legacy names, sound values, no line feed and no NUL. `start` is behind the opening brace; the
 * answer is behind the closing one, or -1 for anything else. Some line feed must stand at or behind `start`: it ends
 * every loop here. The start and end of each name and value go to `ranges`.
 */
export function passLabels(bytes: Uint8Array, start: number, maySpace: boolean, ranges?: number[]): number {
  let at = start;
  let byte = bytes[at] as number;
  for (;;) {
    if (maySpace) while (byte === 0x20 || byte === 0x09) byte = bytes[++at] as number;
    if (byte === 0x7d) return at + 1;
    if (((byteClasses[byte] as number) & isLabelStart) === 0) return -1;
    const nameStart = at;
    do byte = bytes[++at] as number;
    while (((byteClasses[byte] as number) & isLabelByte) !== 0);
    const nameEnd = at;
    if (maySpace) while (byte === 0x20 || byte === 0x09) byte = bytes[++at] as number;
    if (byte !== 0x3d) return -1;
    byte = bytes[++at] as number;
    if (maySpace) while (byte === 0x20 || byte === 0x09) byte = bytes[++at] as number;
    if (byte !== 0x22) return -1;
    const valueStart = at + 1;
    at = passValue(bytes, valueStart);
    if (at < 0) return -1;
    if (ranges !== undefined) ranges.push(nameStart, nameEnd, valueStart, at - 1);
    byte = bytes[at] as number;
    if (maySpace) while (byte === 0x20 || byte === 0x09) byte = bytes[++at] as number;
    if (byte === 0x7d) return at + 1;
    if (byte !== 0x2c) return -1;
    byte = bytes[++at] as number;
  }
}

/** Passes a label value and its closing quote. */
function passValue(bytes: Uint8Array, start: number): number {
  let at = start;
  let highBits = 0;
  let byte = bytes[at] as number;
  while (byte !== 0x22) {
    if (byte < 0x20 && (byte === 0x0a || byte === 0)) return -1;
    if (byte === 0x5c) {
      byte = bytes[++at] as number;
      if (byte === 0x0a || byte === 0) return -1;
    }
    highBits |= byte;
    byte = bytes[++at] as number;
  }
  if (highBits >= 0x80 && !isUtf8(bytes, start, at)) return -1;
  return at + 1;
}
