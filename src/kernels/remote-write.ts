/** Contracts: assembly/remote-write.ts. `RemoteRequest` and `RemoteTable` are the way to them. */
export interface RemoteWriteExports {
  remoteScan(block: number, most: number): number;
  remotePut(block: number, index: number, ref: number): number;
  remoteMove(table: number, from: number, to: number, larger: number, mask: number): void;
  remoteFill(block: number, from: number, to: number, latestMs: number): void;
  remoteTexts(block: number, index: number, list: number, most: number, into: number, end: number): number;
}
