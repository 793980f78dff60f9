/** Bits of `byteClasses`: what a byte may be part of. */
export const isLabelStart = 1;
export const isLabelByte = 2;
export const isMetricStart = 4;
export const isMetricByte = 8;
/** A value of the text format: anything but space, tab, line feed, NUL and `{`. */
export const isTextValueByte = 16;
/** A value or timestamp of OpenMetrics: anything but space, line feed and NUL. */
export const isOpenMetricsValueByte = 32;

function classOf(byte: number): number {
  const isLetter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f;
  const isDigit = byte >= 0x30 && byte <= 0x39;
  let bits = 0;
  if (isLetter) bits |= isLabelStart | isMetricStart;
  if (isLetter || isDigit) bits |= isLabelByte | isMetricByte;
  if (byte === 0x3a) bits |= isMetricStart | isMetricByte;
  if (byte !== 0 && byte !== 0x0a && byte !== 0x20) {
    bits |= isOpenMetricsValueByte;
    if (byte !== 0x09 && byte !== 0x7b) bits |= isTextValueByte;
  }
  return bits;
}

export const byteClasses: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => classOf(byte));
