/** Rows of float samples that grow; values are copied as bytes, so that a NaN keeps its payload. */
export class FloatColumns {
  length = 0;
  refs: Float64Array;
  timestamps: Float64Array;
  values: Float64Array;
  /** Which series of the request a row belongs to. */
  owners: Uint32Array;
  #valueBytes: Uint8Array;

  constructor(capacity = 1024) {
    this.refs = new Float64Array(capacity);
    this.timestamps = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
    this.owners = new Uint32Array(capacity);
    this.#valueBytes = new Uint8Array(this.values.buffer);
  }

  /** The value's eight bytes stand in `bytes` at `valueAt`, little-endian; -1 for 0. */
  add(owner: number, timestampMs: number, { bytes, valueAt }: { bytes: Uint8Array; valueAt: number }): void {
    const row = this.length++;
    if (row === this.owners.length) this.#grow();
    this.owners[row] = owner;
    this.timestamps[row] = timestampMs;
    const into = row * 8;
    if (valueAt < 0) {
      this.values[row] = 0;
      return;
    }
    for (let i = 0; i < 8; i++) this.#valueBytes[into + i] = bytes[valueAt + i] as number;
  }

  #grow(): void {
    const size = this.owners.length * 2;
    const wider = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const grown = new Float64Array(size);
      new Uint8Array(grown.buffer).set(new Uint8Array(column.buffer, 0, column.byteLength));
      return grown;
    };
    this.refs = wider(this.refs);
    this.timestamps = wider(this.timestamps);
    this.values = wider(this.values);
    this.#valueBytes = new Uint8Array(this.values.buffer);
    const owners = new Uint32Array(size);
    owners.set(this.owners);
    this.owners = owners;
  }
}
