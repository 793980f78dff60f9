import assert from 'node:assert/strict';
import { systemDisk } from '../../../src/base/index.js';
import { KernelScope, type Kernels } from '../../../src/kernels/index.js';
import { SymbolTable } from '../../../src/storage/index.js';
import { blockSource, openBlock } from '../../../src/tsdb/block/index.js';
import { type ColumnWriter, KernelColumnWriter } from '../../../src/tsdb/select/index.js';
import { createTestKernels } from '../../support/kernels.js';
import { corpusBlocks } from './corpus-blocks.js';
import { anySeries, linesOf } from './read-source.js';
import { RowsWriter } from './rows-writer.js';

describe('columns that kernels decode from a block', () => {
  let kernels: Kernels;
  before(async () => {
    kernels = await createTestKernels();
  });

  for (const { name, directory, isDownsampled } of corpusBlocks()) {
    if (isDownsampled) continue;
    it(`hold the samples of ${name}, in all of it and in its middle`, async () => {
      const block = await openBlock({ disk: systemDisk, directory });
      const { mintMs, endMs } = block.meta;
      const third = Math.floor((endMs - mintMs) / 3);
      const windows = [
        { mintMs, maxtMs: endMs - 1 },
        { mintMs: mintMs + third, maxtMs: endMs - third },
      ];
      for (const window of windows) {
        const scope = new KernelScope(kernels);
        const request = { ...window, matchers: anySeries, symbols: new SymbolTable() };
        const matched = blockSource({ block, window }).match(request);
        const writers: ColumnWriter[] = [
          new KernelColumnWriter(scope, window),
          new RowsWriter(scope, window),
        ];
        for (let i = 0; i < matched.count; i++) {
          const [own, expected] = writers.map((writer) => {
            writer.reset();
            matched.load(i, writer);
            return linesOf(writer.columns);
          });
          assert.deepEqual(own, expected);
        }
        for (const writer of writers) writer.close();
        matched.close();
        assert.equal(scope.heldBytes, 0);
        scope.close();
      }
      await block.close();
    });
  }
});
