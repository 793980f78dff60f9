import assert from 'node:assert/strict';
import { createTestKernels } from '../support/kernels.js';
import { checkChunkRecords } from './chunk-records-cases.js';

describe('kernels: chunk records into columns', () => {
  it('decodes what one chunk at a time gives, up to the first that is not as usual (seed 5, 2000 lists)', async () => {
    assert.equal(checkChunkRecords(await createTestKernels(), 5, 2000), 2000);
  });
});
