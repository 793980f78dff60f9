import { hex, type PieceReader } from './piece-reader.js';
import type { Survey } from './survey.js';

const indexMagic = 0xbaaad700;
const headerBytes = 5;
const offsetsBytes = 48;
const tocBytes = offsetsBytes + 4;
const newestVersion = 3;

/** Where the parts of an index lie, ends excluded. */
export interface IndexPlan {
  readonly path: string;
  readonly sizeBytes: number;
  readonly version: number;
  readonly symbols: number;
  readonly series: number;
  readonly seriesEnd: number;
  readonly labelIndices: number;
  readonly postings: number;
  readonly postingsEnd: number;
  readonly labelIndicesTable: number;
  readonly postingsTable: number;
  readonly tocStart: number;
}

/** Undefined where header or table of contents are wrong, which is then a finding. Throws `CorruptionError`. */
export function readIndexPlan(survey: Survey, reader: PieceReader): IndexPlan | undefined {
  const { findings } = survey;
  const { path, sizeBytes } = reader;
  const bad = (offset: number, message: string): undefined => {
    findings.damage('index', { path, offset }, message);
    return undefined;
  };
  if (sizeBytes < headerBytes + tocBytes) return bad(0, `an index of ${sizeBytes} bytes is too short`);
  const header = reader.cursor(0, headerBytes);
  const magic = header.u32();
  if (magic !== indexMagic) return bad(0, `expected magic number ${hex(indexMagic)}, found ${hex(magic)}`);
  const version = header.byte();
  if (version < 1 || version > newestVersion) return bad(4, `version ${version} is not known`);
  const tocStart = sizeBytes - tocBytes;
  const computed = reader.checksum(tocStart, offsetsBytes);
  const cursor = reader.cursor(tocStart, tocBytes);
  const [symbols = 0, series = 0, labelIndices = 0, labelIndicesTable = 0, postings = 0, postingsTable = 0] =
    Array.from({ length: 6 }, () => cursor.u64());
  const stored = cursor.u32();
  if (stored !== computed) {
    return bad(sizeBytes - 4, `expected checksum ${hex(computed)}, found ${hex(stored)} (table of contents)`);
  }
  const order = [
    headerBytes,
    symbols,
    series,
    labelIndices,
    postings,
    labelIndicesTable,
    postingsTable,
    tocStart,
  ];
  for (let i = 1; i < order.length; i++) {
    if ((order[i] as number) >= (order[i - 1] as number)) continue;
    return bad(
      tocStart,
      `the table of contents has its sections at ${order.slice(1, -1).join(', ')}: out of order`,
    );
  }
  return {
    path,
    sizeBytes,
    version,
    symbols,
    series,
    seriesEnd: labelIndices,
    labelIndices,
    postings,
    postingsEnd: labelIndicesTable,
    labelIndicesTable,
    postingsTable,
    tocStart,
  };
}
