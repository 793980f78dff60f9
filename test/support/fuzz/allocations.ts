/**
 * Sees what is allocated while it is on: the largest array that was asked for by its length. Puts stand-ins for the
 * arrays' constructors in their place, so that it is for tests of decoders alone, and only while nothing else runs.
 */
const watched = [
  'Array',
  'ArrayBuffer',
  'Uint8Array',
  'Int32Array',
  'Uint16Array',
  'Uint32Array',
  'Float64Array',
] as const;

type Constructor = new (...args: unknown[]) => object;
type Globals = Record<string, Constructor>;

const bytesEach: Readonly<Record<string, number>> = {
  Array: 8,
  ArrayBuffer: 1,
  Uint8Array: 1,
  Uint16Array: 2,
  Int32Array: 4,
  Uint32Array: 4,
  Float64Array: 8,
};

export class AllocationWatch {
  largestBytes = 0;
  readonly #before = new Map<string, Constructor>();

  start(): void {
    const globals = globalThis as unknown as Globals;
    for (const name of watched) {
      const original = globals[name] as Constructor;
      this.#before.set(name, original);
      const each = bytesEach[name] as number;
      globals[name] = new Proxy(original, {
        construct: (target, args: unknown[], newTarget) => {
          if (typeof args[0] === 'number' && args.length === 1)
            this.largestBytes = Math.max(this.largestBytes, args[0] * each);
          return Reflect.construct(target, args, newTarget === globals[name] ? target : newTarget);
        },
      });
    }
  }

  stop(): void {
    const globals = globalThis as unknown as Globals;
    for (const [name, original] of this.#before) globals[name] = original;
    this.#before.clear();
  }
}
