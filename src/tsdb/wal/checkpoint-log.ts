import * as path from 'node:path';
import { type Disk, type DiskFile, writeAll } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import { KernelFrames } from './kernel-frames.js';
import type { PackedRecord } from './record-packer.js';
import { segmentFileName } from './segments.js';

const flushBytes = 1 << 20;

/** Segments of a checkpoint, or of whatever else is written whole in its frames, from 0 on. One call at a time. */
export class CheckpointLog {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #segmentBytes: number;
  readonly #frames: KernelFrames;
  #file: DiskFile | undefined;
  #index = 0;
  #written = 0;
  sizeBytes = 0;

  constructor(options: { disk: Disk; kernels: Kernels; directory: string; segmentBytes: number }) {
    this.#disk = options.disk;
    this.#directory = options.directory;
    this.#segmentBytes = options.segmentBytes;
    this.#frames = new KernelFrames(options.kernels);
  }

  async open(): Promise<void> {
    this.#file = await this.#disk.open(path.join(this.#directory, segmentFileName(this.#index)), 'create');
    this.#written = 0;
    this.#frames.start(0);
  }

  async add(record: PackedRecord): Promise<void> {
    // The record is framed before anything is awaited: it is in scratch that others use.
    this.#frames.append(record);
    if (this.#frames.length >= flushBytes) await this.#flush();
    if (this.#written + this.#frames.length < this.#segmentBytes) return;
    await this.#finish();
    this.#index++;
    await this.open();
  }

  async #flush(): Promise<void> {
    if (this.#file === undefined) return;
    await writeAll(this.#file, this.#frames.bytes, this.#written);
    this.#written += this.#frames.length;
    this.sizeBytes += this.#frames.length;
    this.#frames.start(this.#written);
  }

  async #finish(): Promise<void> {
    this.#frames.padPage();
    await this.#flush();
    await this.#file?.sync();
    await this.#file?.close();
    this.#file = undefined;
  }

  /** All of it is on stable storage, but for the directory. */
  async finish(): Promise<void> {
    await this.#finish();
    this.#frames.release();
  }

  /** Lets go of what an error left open. */
  async abandon(): Promise<void> {
    this.#frames.release();
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}
