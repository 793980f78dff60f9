/** Contracts: assembly/snappy.ts. The classes of snappy-packer.ts are the way to them. */
export interface SnappyExports {
  snappyBegin(into: number, length: number): number;
  snappyAppend(from: number, length: number, into: number, table: number): number;
  snappyOpen(state: number, from: number, length: number): number;
  snappyInflate(state: number, end: number, into: number, budget: number): number;
}
