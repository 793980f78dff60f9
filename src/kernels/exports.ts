/**
 * What the module exports. Parameters named as addresses are bytes from the memory's start. A `u32` answer arrives
 * signed: read it with `>>> 0` where it may pass 2^31.
 */
export interface ArenaExports {
  start?(): void;
  heapBase(): number;
  arenaInit(base: number, end: number): void;
  arenaExtend(end: number): void;
  arenaAlloc(size: number): number;
  arenaFree(at: number, size: number): void;
  arenaSize(size: number): number;
  arenaUsed(base: number): number;
  arenaRemaining(): number;
}

export interface KernelExports extends ArenaExports {}
