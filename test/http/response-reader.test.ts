import assert from 'node:assert/strict';
import { ResponseReader } from '../../src/http/response-reader.js';

interface Read {
  readonly status: number;
  readonly body: string;
  readonly isDone: boolean;
  readonly keepsAlive: boolean;
}

/** A response that comes in parts of so many bytes. */
function readInParts(text: string, partBytes: number): Read | string {
  let status = 0;
  let body = '';
  const reader = new ResponseReader({
    onHead: (response) => {
      status = response.status;
    },
    onData: (chunk) => {
      body += Buffer.from(chunk).toString('latin1');
    },
  });
  try {
    for (let at = 0; at < text.length; at += partBytes) {
      reader.read(Buffer.from(text.slice(at, at + partBytes), 'latin1'));
    }
  } catch (error) {
    return (error as Error).message;
  }
  const { keepsAlive } = reader;
  return { status, body, isDone: reader.end(), keepsAlive };
}

const done = (body: string, keepsAlive = true, status = 200): Read => ({
  status,
  body,
  isDone: true,
  keepsAlive,
});

describe('ResponseReader', () => {
  const cases: readonly [name: string, text: string, expected: Read | string][] = [
    ['a counted body', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nm 1\n', done('m 1\n')],
    ['a body of nothing', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', done('')],
    ['no reason phrase', 'HTTP/1.1 404\r\ncontent-length: 1\r\n\r\nx', done('x', true, 404)],
    ['bare line feeds', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nab', done('ab')],
    [
      'chunks, extensions and trailers',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nm 1\r\n1\r\n\n\r\n0\r\nX: y\r\n\r\n',
      done('m 1\n'),
    ],
    ['a body up to the end', 'HTTP/1.0 200 OK\r\n\r\nm 1\n', done('m 1\n', false)],
    [
      'a connection that closes',
      'HTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length: 1\r\n\r\na',
      done('a', false),
    ],
    [
      'a provisional response',
      'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na',
      done('a'),
    ],
    ['no body of 204', 'HTTP/1.1 204 No Content\r\n\r\n', done('', true, 204)],
    [
      'a cut body',
      'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na',
      { status: 200, body: 'a', isDone: false, keepsAlive: true },
    ],
    ['what is no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', 'Expected HTTP/'],
    ['a header without a colon', 'HTTP/1.1 200 OK\r\nx\r\n\r\n', 'Invalid header token'],
    [
      'a length that is none',
      'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n',
      'Invalid character in Content-Length',
    ],
    [
      'a chunk size that is none',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n',
      'Invalid character in chunk size',
    ],
  ];
  for (const [name, text, expected] of cases) {
    it(`reads ${name}, wherever it is split`, () => {
      for (const partBytes of [1, 2, 3, 5, 7, 16, 1000]) {
        assert.deepEqual(readInParts(text, partBytes), expected, `${partBytes} bytes a part`);
      }
    });
  }

  it('refuses a head without end, and a chunk size without end', () => {
    assert.equal(readInParts(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(200_000)}`, 65_536), 'headers overflow');
    const endless = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${'0'.repeat(10_000)}`;
    assert.equal(readInParts(endless, 1000), 'Invalid character in chunk size');
  });

  it('keeps no connection that sends more than the response', () => {
    const read = readInParts('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab', 1000);
    assert.equal(typeof read === 'object' && read.keepsAlive, false);
  });
});
