/** Numbers of the encodings in chunk files. Source: tsdb/chunkenc/chunk.go. */
export const chunkEncoding = {
  xor: 1,
  histogram: 2,
  floatHistogram: 3,
  xor2: 4,
  histogramWithStarts: 5,
  floatHistogramWithStarts: 6,
} as const;

export type FloatEncoding = typeof chunkEncoding.xor | typeof chunkEncoding.xor2;
export type HistogramEncoding =
  | typeof chunkEncoding.histogram
  | typeof chunkEncoding.floatHistogram
  | typeof chunkEncoding.histogramWithStarts
  | typeof chunkEncoding.floatHistogramWithStarts;
export type ChunkEncoding = FloatEncoding | HistogramEncoding;

export function isFloatEncoding(encoding: number): encoding is FloatEncoding {
  return encoding === chunkEncoding.xor || encoding === chunkEncoding.xor2;
}

export function isHistogramEncoding(encoding: number): encoding is HistogramEncoding {
  return encoding === 2 || encoding === 3 || encoding === 5 || encoding === 6;
}

/** Whether its samples are histograms with whole counts. */
export function isIntegerEncoding(encoding: HistogramEncoding): boolean {
  return encoding === chunkEncoding.histogram || encoding === chunkEncoding.histogramWithStarts;
}

/** Whether its chunks hold start timestamps. */
export function holdsStarts(encoding: ChunkEncoding): boolean {
  return encoding >= chunkEncoding.xor2;
}

export function histogramEncoding(kind: { integer: boolean; starts: boolean }): HistogramEncoding {
  if (kind.starts)
    return kind.integer ? chunkEncoding.histogramWithStarts : chunkEncoding.floatHistogramWithStarts;
  return kind.integer ? chunkEncoding.histogram : chunkEncoding.floatHistogram;
}

/** Of a float chunk: a sample takes two bits at least in XOR, and one in XOR2. */
export const mostSamplesPerByte = { [chunkEncoding.xor]: 4, [chunkEncoding.xor2]: 8 } as const;

/** Rows to make room for before a chunk is decoded: what its header counts, and no more than its bytes can hold. */
export function rowRoomOf(encoding: FloatEncoding, bytes: Uint8Array): number {
  return Math.min(sampleCountOf(encoding, bytes), bytes.length * mostSamplesPerByte[encoding]);
}

/** Samples that the chunk's header counts; 0 for bytes too short for a header. */
export function sampleCountOf(encoding: ChunkEncoding, bytes: Uint8Array): number {
  if (bytes.length < 2) return 0;
  const count = ((bytes[0] as number) << 8) | (bytes[1] as number);
  return isHistogramEncoding(encoding) && holdsStarts(encoding) ? count & 0x3fff : count;
}
