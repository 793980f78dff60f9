import assert from 'node:assert/strict';
import { apiError, type PieceSource, type RelayedAnswer, type RouteRelay } from '../../src/web/index.js';
import { ask, form, withServer } from './http-client.js';
import { stubPorts } from './stub-ports.js';

class Pieces implements PieceSource {
  readonly #texts: readonly (string | Error)[];
  #next = 0;
  released = 0;
  closed = 0;

  constructor(...texts: readonly (string | Error)[]) {
    this.#texts = texts;
  }

  async next() {
    const text = this.#texts[this.#next++] ?? '';
    if (typeof text !== 'string') throw text;
    const isLast = this.#next === this.#texts.length;
    const release = () => {
      this.released++;
    };
    return { bytes: new TextEncoder().encode(text), isLast, release };
  }

  close() {
    this.closed++;
  }
}

const headers = { 'Content-Type': 'application/json' };
const answerOf = (pieces: PieceSource): RelayedAnswer => ({ status: 200, headers, pieces });

async function askRelayed(answer: RouteRelay['answer'], request: Parameters<typeof ask>[1]) {
  let reply: Awaited<ReturnType<typeof ask>> | undefined;
  await withServer(stubPorts({ relay: { answer } }), {}, async (address) => {
    reply = await ask(address, request);
  });
  assert.ok(reply);
  return reply;
}

const query = { path: '/api/v1/query?query=1' };
const big = 'x'.repeat(100_000);

describe('web: a relay', () => {
  it('sends an answer of one piece with its length, of several in chunks, and gives each piece back', async () => {
    const cases: readonly (readonly string[])[] = [['{}'], [big, big], ['a', '', 'b'], ['']];
    for (const texts of cases) {
      for (const coding of ['identity', 'gzip', 'deflate']) {
        const pieces = new Pieces(...texts);
        const request = { ...query, headers: { 'accept-encoding': coding } };
        const reply = await askRelayed(async () => answerOf(pieces), request);
        assert.equal(reply.body, texts.join(''));
        assert.equal(reply.headers['content-type'], 'application/json');
        assert.equal(reply.headers['content-length'] === undefined, texts.length > 1);
        assert.equal(reply.headers['content-encoding'], coding === 'identity' ? undefined : coding);
        if (texts.length > 1) assert.equal(pieces.released, texts.length);
        assert.equal(pieces.closed, 1);
      }
    }
  });

  it('answers with the error that comes before the first piece, and breaks off at one that comes later', async () => {
    const refused = await askRelayed(async () => Promise.reject(apiError('execution', 'no')), query);
    assert.deepEqual(
      [refused.status, refused.body],
      [422, '{"status":"error","errorType":"execution","error":"no"}'],
    );
    const early = new Pieces(new Error('no'));
    assert.equal((await askRelayed(async () => answerOf(early), query)).status, 422);
    const late = new Pieces(big, new Error('no'));
    await assert.rejects(askRelayed(async () => answerOf(late), query));
    assert.deepEqual([early.closed, late.closed], [1, 1]);
  });

  it('is asked for samples and labels alone, and may leave them to the handler', async () => {
    const asked: string[] = [];
    const leave: RouteRelay['answer'] = (route, request) => {
      asked.push(`${route} ${request.form.get('query')} ${request.body.get('query')} ${request.parameter}`);
      return undefined;
    };
    const posted = { method: 'POST', path: '/api/v1/query?query=b', headers: form, body: 'query=a' };
    for (const request of [posted, { path: '/api/v1/label/job/values' }, { path: '/api/v1/status/flags' }]) {
      assert.equal((await askRelayed(leave, request)).status, 200);
    }
    assert.deepEqual(asked, ['/api/v1/query a a v1', '/api/v1/label/:name/values   job']);
  });
});
