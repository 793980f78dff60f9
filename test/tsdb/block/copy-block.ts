import { sampleCountOf } from '../../../src/chunkenc/index.js';
import { Labels } from '../../../src/model/index.js';
import type { Block, BlockChunk, BlockSeriesInput } from '../../../src/tsdb/block/index.js';
import { ChunkPieces } from '../../../src/tsdb/chunks/index.js';
import { SeriesEntry } from '../../../src/tsdb/index/index.js';

/** The series of a block as they are, deletions passed over. */
export function* seriesOf(block: Block): Generator<BlockSeriesInput> {
  const { index } = block;
  const scanner = index.scanner();
  const pieces = new ChunkPieces(block.chunks);
  const entry = new SeriesEntry();
  for (const id of scanner.postings('', '')) {
    scanner.series(id, entry);
    entry.readChunks();
    const pairs: string[] = [];
    for (let i = 0; i < 2 * entry.labelCount; i++) pairs.push(index.symbols.text(entry.symbols[i] as number));
    const chunks: BlockChunk[] = [];
    for (let i = 0; i < entry.chunkCount; i++) {
      const { encoding, bytes } = pieces.read(entry.refs[i] as number);
      chunks.push({
        encoding,
        bytes,
        mintMs: entry.mintMs[i] as number,
        maxtMs: entry.maxtMs[i] as number,
        samples: sampleCountOf(encoding as 1, bytes),
      });
    }
    yield { labels: Labels.fromSortedPairs(pairs), chunks };
  }
}
