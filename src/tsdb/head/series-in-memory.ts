import type { SeriesInMemory } from './contracts.js';
import { rowFlag } from './layout.js';
import { chunkInMemory } from './load-chunks.js';
import { RowReader } from './read-row.js';
import type { HeadState } from './state.js';

export function* seriesInMemory(state: HeadState): Iterable<SeriesInMemory> {
  const { writer } = state;
  const reader = new RowReader(writer.views, writer.commit);
  for (let row = 0; row < writer.rowLimit; row++) {
    const ref = writer.refOf(row);
    const labels = ref === 0 ? undefined : state.labelsOf(ref);
    if (labels === undefined || (writer.flagsOf(row) & rowFlag.dead) !== 0) continue;
    reader.read(row);
    const seen = reader.chunks().filter(({ isLate, isOnDisk }) => !isLate && !isOnDisk);
    const chunks = seen.map((each) => chunkInMemory(each, writer.views));
    yield { ref, otherRefs: writer.aliases.get(row) ?? [], labels, chunks };
  }
}
