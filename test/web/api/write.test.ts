import assert from 'node:assert/strict';
import { request } from 'node:http';
import { seededRandom } from '../../../src/base/index.js';
import { RemoteTable, scanKeys, snappyCompress } from '../../../src/kernels/index.js';
import { WriteReceiver } from '../../../src/remote/index.js';
import { createMemoryStore } from '../../../src/storage/index.js';
import { silentLogger } from '../../../src/telemetry/index.js';
import { writeMessage } from '../../remote/write-messages.js';
import { readAll } from '../../storage/storage-samples.js';
import { sharedKernels } from '../../support/kernels.js';
import { withServer } from '../http-client.js';
import { stubNowMs, stubPorts } from '../stub-ports.js';

type Headers = Readonly<Record<string, string>>;

function post(
  address: string,
  body: Uint8Array,
  headers: Headers,
): Promise<{ status: number; text: string }> {
  const [, host, port] = /^(.*):(\d+)$/.exec(address) ?? [];
  return new Promise((resolve, reject) => {
    const sent = request(
      { host, port, method: 'POST', path: '/api/v1/write', headers, agent: false },
      (reply) => {
        const pieces: Buffer[] = [];
        reply.on('data', (piece: Buffer) => pieces.push(piece));
        reply.on('end', () =>
          resolve({ status: reply.statusCode ?? 0, text: Buffer.concat(pieces).toString() }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const proto = { 'content-type': 'application/x-protobuf' };
const message = writeMessage([{ labels: [['__name__', 'up']], samples: [[1, stubNowMs]] }]);
const body = snappyCompress(message);
const only = 'only snappy is acceptable';
const rule = 'https://www.rfc-editor.org/rfc/rfc9110#parameter';

const cases: [headers: Headers, body: Uint8Array, status: number, text: string][] = [
  [proto, body, 204, ''],
  [{}, body, 204, ''],
  [{ ...proto, 'content-encoding': 'snappy' }, body, 204, ''],
  [{ 'content-type': 'application/x-protobuf;proto=prometheus.WriteRequest' }, body, 204, ''],
  [{ ...proto, 'x-prometheus-remote-write-version': '7' }, body, 204, ''],
  [
    { ...proto, 'content-encoding': 'zstd' },
    body,
    415,
    `zstd encoding (compression) is not accepted by this server; ${only}\n`,
  ],
  [
    { 'content-type': 'yolo' },
    body,
    415,
    'expected application/x-protobuf as the first (media) part, got yolo content-type\n',
  ],
  [
    { 'content-type': 'application/x-protobuf;proto' },
    body,
    415,
    `as per ${rule} expected parameters to be key-values, got proto in application/x-protobuf;proto content-type\n`,
  ],
  [
    { 'content-type': 'application/x-protobuf;proto=yolo' },
    body,
    415,
    'got application/x-protobuf;proto=yolo content type; unknown type for remote write protobuf message yolo, ' +
      'supported: prometheus.WriteRequest, io.prometheus.write.v2.Request\n',
  ],
  [
    { 'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request' },
    body,
    415,
    'io.prometheus.write.v2.Request protobuf message is not accepted by this server; ' +
      'only accepts prometheus.WriteRequest\n',
  ],
  [proto, Uint8Array.of(), 400, 'snappy: corrupt input\n'],
  [proto, Uint8Array.of(0x80, 0x80, 0x80, 0x08, 0), 400, 'snappy: corrupt input\n'],
  [proto, Uint8Array.of(0x81, 0x80, 0x80, 0x10, 0), 400, 'decoded size exceeds the 33554432 bytes limit\n'],
  [proto, body.subarray(0, -1), 400, 'snappy: corrupt input\n'],
  [proto, snappyCompress(message.subarray(0, -1)), 400, 'unexpected EOF\n'],
];

describe('web: remote write', () => {
  it('answers as upstream and stores what is accepted', async () => {
    const table = new RemoteTable(await sharedKernels(), scanKeys(seededRandom(1)));
    const storage = createMemoryStore();
    const ports = stubPorts();
    const remoteWrite = new WriteReceiver({
      appender: () => storage.appender(),
      table: () => table,
      clock: ports.clock,
      logger: silentLogger,
      registry: ports.registry,
    });
    await withServer({ ...ports, remoteWrite }, {}, async (address) => {
      for (const [headers, sent, status, text] of cases) {
        const reply = await post(address, sent, headers);
        assert.deepEqual(reply, { status, text }, JSON.stringify(headers));
      }
    });
    assert.equal((await readAll(storage))[0]?.[1].length, 1);
  });

  it('tells senders to come back while others hold too much, and takes nothing from them', async () => {
    const held: number[] = [];
    const remoteWrite = {
      storeBlock: () => assert.fail('nothing is stored'),
      hold(bytes: number): boolean {
        held.push(bytes);
        return held.length > 1 && held.length < 3;
      },
      release(bytes: number): void {
        held.push(-bytes);
      },
    };
    await withServer({ ...stubPorts(), remoteWrite }, {}, async (address) => {
      const text = 'too many remote write requests at a time\n';
      assert.deepEqual(await post(address, body, proto), { status: 503, text });
      assert.deepEqual(await post(address, body, proto), { status: 503, text });
    });
    assert.deepEqual(held, [body.length, body.length, message.length, -body.length]);
  });

  it('says how to switch it on where it is off', async () => {
    await withServer(stubPorts(), {}, async (address) => {
      const text = 'remote write receiver needs to be enabled with --web.enable-remote-write-receiver\n';
      assert.deepEqual(await post(address, body, proto), { status: 404, text });
    });
  });
});
