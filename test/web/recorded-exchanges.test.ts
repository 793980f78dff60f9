/** HTTP exchanges recorded from Prometheus 3.14, those that an empty server answers the same way. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createEngine, parseExpr, parseMetricSelector, prettyExpr } from '../../src/promql/index.js';
import { createMemoryStore } from '../../src/storage/index.js';
import type { WebPorts } from '../../src/web/index.js';
import { createTestKernels } from '../support/kernels.js';
import { sharedPath } from '../support/shared.js';
import { ask, form, type Reply, withServer } from './http-client.js';
import { stubClock, stubPorts } from './stub-ports.js';

interface Recorded {
  readonly id: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Record<string, string>;
    readonly form?: [string, string][];
    readonly body?: string;
    readonly bodyBase64?: string;
  };
  readonly volatile?: boolean;
  readonly response: {
    readonly status: number;
    readonly headers: Record<string, string>;
    readonly body?: string;
  };
}

/** Routes that this server does not have, and those that need rules, files or a feature. */
const absent = [
  /^\/(federate|consoles|static|debug|user)/,
  /^\/api\/v1\/(features|read|openapi|search|otlp|write)/,
  /^\/api\/v1\/(targets\/relabel_steps|status\/(tsdb\/blocks|self_metrics))/,
];

/** How many exchanges of each file are comparable, so that none is lost unseen. */
const files: [file: string, count: number][] = [
  ['live', 51],
  ['replay-main', 199],
  ['defaults-no-admin', 13],
];

/** The real parser and engine over nothing, with the features of the recorded server. */
async function emptyPorts(): Promise<WebPorts> {
  const parserOptions = { experimentalFunctions: true };
  const store = createMemoryStore();
  return stubPorts({
    queryable: store,
    cardinality: (limit) => store.cardinality(limit),
    parser: {
      parse: (query) => parseExpr(query, parserOptions),
      parseSelector: (text) => parseMetricSelector(text),
      pretty: (expr) => prettyExpr(expr),
    },
    engine: createEngine({
      kernels: await createTestKernels(),
      clock: stubClock,
      lookbackDeltaMs: 300_000,
      timeoutMs: 10_000,
      maxSamples: 1_000_000,
      defaultStepMs: () => 60_000,
      parserOptions,
    }),
  });
}

function isComparable({ request, response, volatile }: Recorded, file: string): boolean {
  const { status, body = '' } = response;
  if (volatile || status === 422 || status === 503 || /"(warnings|infos)":/.test(body)) return false;
  // With all features off, what is absent here answers there as well that it is.
  if (file === 'defaults-no-admin') return true;
  if (absent.some((pattern) => pattern.test(request.path))) return false;
  if (status !== 200) return true;
  if (/^\/api\/v1\/rules\?.*token/.test(request.path)) return false;
  if (/(format|parse)_query|^\/-\/|admin\/tsdb\/snapshot|query=(1|%22s%22|vector\(1\))&/.test(request.path))
    return true;
  const isEmpty = /"data":(\[\]|\{\}|\{"(groups|alerts|scrapePools)":\[\]\})|"result":\[\]/.test(body);
  return isEmpty && !/limit=0/.test(request.path);
}

function check(recorded: Recorded, reply: Reply): void {
  const { status, headers, body = '' } = recorded.response;
  assert.equal(reply.status, status, `${recorded.request.method} ${recorded.request.path}: ${reply.body}`);
  for (const [name, value] of Object.entries(headers)) {
    assert.equal(reply.headers[name]?.toString(), value, `${recorded.request.path}: header ${name}`);
  }
  // The name of a snapshot: its time and random bits.
  const comparable = (text: string): string =>
    text.replace(/"name":"\d{8}T\d{6}Z-[0-9a-f]{16}"/, '"name":"…"');
  assert.equal(comparable(reply.body), comparable(body), recorded.request.path);
}

describe('web: exchanges recorded from Prometheus 3.14', () => {
  for (const [file, count] of files) {
    it(`answers those of ${file} that need no data to the byte`, async function () {
      const path = sharedPath('corpus', 'api', 'prometheus', `${file}.jsonl`);
      if (!path) this.skip();
      const lines = readFileSync(path, 'utf8').trim().split('\n');
      const rows = lines.map((line) => JSON.parse(line) as Recorded).filter((row) => isComparable(row, file));
      assert.equal(rows.length, count);
      const failures: string[] = [];
      await withServer(
        await emptyPorts(),
        { enableLifecycle: file !== 'defaults-no-admin', enableAdminApi: file !== 'defaults-no-admin' },
        async (address) => {
          for (const row of rows) {
            const { method, path: target, headers, form: fields, body } = row.request;
            const reply = await ask(address, {
              method,
              path: target,
              headers: { ...(fields ? form : {}), ...headers },
              body: fields ? new URLSearchParams(fields).toString() : body,
            });
            try {
              check(row, reply);
            } catch (error) {
              failures.push(`${row.id}: ${error instanceof Error ? error.message : String(error)}`);
            }
          }
        },
      );
      assert.equal(
        failures.length,
        0,
        `${failures.length} of ${rows.length} differ:\n${failures.join('\n')}`,
      );
    });
  }
});
