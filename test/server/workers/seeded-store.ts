import { Labels } from '../../../src/model/index.js';
import { createMemoryStore, type Storage } from '../../../src/storage/index.js';

/** What a store of the tests holds; goes to a worker as it is. */
export interface StoreSeed {
  readonly seed: number;
  readonly series: number;
  readonly samples: number;
}

/** The first sample's time; one follows every 15 s. */
export const startMs = 1_700_000_000_000;
export const intervalMs = 15_000;

/** Series of `load`, the same wherever they are made from the same seed, and one each of names that misbehave. */
export async function seededStore({ seed, series, samples }: StoreSeed): Promise<Storage> {
  const store = createMemoryStore();
  const appender = store.appender();
  const sets = Array.from({ length: series }, (_, i) =>
    Labels.fromPairs('__name__', 'load', 'instance', `host-${i}`, 'zone', `<${i % 7}>`),
  );
  for (const name of ['up', 'slow', 'busy', 'die', 'greedy'])
    sets.push(Labels.fromPairs('__name__', name, 'job', 'a'));
  const refs = Float64Array.from(sets, (labels) => appender.series(labels));
  let state = seed >>> 0;
  for (let i = 0; i < samples; i++) {
    const values = Float64Array.from(sets, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state % 3 === 0 ? state / 2 ** 32 : state % 1000;
    });
    const timestamps = new Float64Array(refs.length).fill(startMs + i * intervalMs);
    appender.appendFloats({ length: refs.length, refs, timestamps, values }, new Uint8Array(refs.length));
  }
  await appender.commit('acknowledged');
  return store;
}
