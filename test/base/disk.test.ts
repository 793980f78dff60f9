import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CorruptionError, readRegularFile, systemDisk } from '../../src/base/index.js';

describe('the system disk', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'tsprom-disk-'));
  const at = (name: string): string => path.join(directory, name);
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('opens no directory for reading', async () => {
    const refused = { code: 'EISDIR', message: /illegal operation on a directory, open '/ };
    await assert.rejects(systemDisk.open(directory, 'read'), refused);
    assert.throws(() => systemDisk.openSync(directory), refused);
  });

  it('does not wait for the writer of a pipe', async function () {
    if (process.platform === 'win32') this.skip();
    execFileSync('mkfifo', [at('pipe')]);
    const refused = {
      code: 'EINVAL',
      message: /no regular file but a pipe, socket or device, open '.*pipe'/,
    };
    await assert.rejects(systemDisk.open(at('pipe'), 'read'), refused);
    assert.throws(() => systemDisk.openSync(at('pipe')), refused);
    await assert.rejects(readRegularFile(systemDisk, at('pipe')), refused);
    await assert.rejects(systemDisk.open('/dev/zero', 'read'), { code: 'EINVAL' });
  });

  it('reads a whole file, up to a size', async () => {
    writeFileSync(at('file'), 'twelve bytes');
    assert.equal(Buffer.from(await readRegularFile(systemDisk, at('file'), 12)).toString(), 'twelve bytes');
    await assert.rejects(readRegularFile(systemDisk, at('file'), 11), (error) => {
      assert.ok(error instanceof CorruptionError);
      assert.deepEqual([error.expected, error.found], ['at most 11 bytes', '12']);
      return true;
    });
    await assert.rejects(readRegularFile(systemDisk, at('none')), { code: 'ENOENT' });
  });
});
