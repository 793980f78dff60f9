import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemDisk } from '../../../src/base/index.js';
import { Labels } from '../../../src/model/index.js';
import { IndexBuilder, type IndexReader, openIndex, SeriesEntry } from '../../../src/tsdb/index/index.js';
import { corpusBlocks } from '../block/corpus-blocks.js';

/** Every series of an index, in the order of its postings. */
function rebuild(index: IndexReader): IndexBuilder {
  const builder = new IndexBuilder();
  for (const text of index.symbols.texts()) builder.addSymbol(text);
  const scanner = index.scanner();
  const entry = new SeriesEntry();
  for (const id of scanner.postings('', '')) {
    scanner.series(id, entry);
    entry.readChunks();
    const pairs: string[] = [];
    for (let i = 0; i < 2 * entry.labelCount; i++) pairs.push(index.symbols.text(entry.symbols[i] as number));
    const chunks = [];
    for (let i = 0; i < entry.chunkCount; i++) {
      chunks.push({
        mintMs: entry.mintMs[i] as number,
        maxtMs: entry.maxtMs[i] as number,
        ref: entry.refs[i] as number,
      });
    }
    builder.addSeries(Labels.fromSortedPairs(pairs), chunks);
  }
  return builder;
}

/** From the end of the series on nothing can be compared: writers before 3.0 put label indices there. */
function seriesEnd(index: IndexReader): number {
  return index.toc.labelIndices;
}

describe('writing an index from the content of one', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'index-'));
  after(() => rmSync(folder, { recursive: true }));

  for (const { name, directory, isCurrent } of corpusBlocks()) {
    it(`gives the bytes of ${name}${isCurrent ? '' : ' up to its postings'}`, async () => {
      const source = path.join(directory, 'index');
      const index = await openIndex(systemDisk, source);
      const file = path.join(folder, 'index');
      const size = await rebuild(index).write(systemDisk, file);
      const written = readFileSync(file);
      assert.equal(size, written.length);
      const expected = readFileSync(source);
      const end = isCurrent ? expected.length : seriesEnd(index);
      assert.deepEqual(written.subarray(0, end), expected.subarray(0, end));
      await index.close();
    });
  }
});
