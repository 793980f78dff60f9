import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CommandResult, tsprom } from '../support/programs.js';
import { assertGolden } from './golden-file.js';

const text = 'text/plain; version=0.0.4';
const pages: Readonly<Record<string, { type: string; body: string; status?: number }>> = {
  '/metrics': {
    type: text,
    body: [
      '# HELP http_requests_total Requests.',
      '# TYPE http_requests_total counter',
      'http_requests_total{code="200",path="/a \\"b\\" \\\\ c"} 10',
      'http_requests_total{code="500",path="x\\ny"} 2 1769862600000',
      '# TYPE temperature gauge',
      'temperature NaN',
      '{"my.metric","dotted.name"="漢字"} 1e-7',
      '',
    ].join('\n'),
  },
  '/openmetrics': {
    type: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
    body: '# TYPE a counter\n# UNIT a_seconds seconds\na_total 3\n# EOF\n',
  },
  '/twice': { type: text, body: 'a 1\na 2\nb{x="y"} 1\nb{x="y"} 1\n' },
  '/broken': { type: text, body: 'a 1\nb{x=} 2\nc 3\n' },
  '/empty': { type: text, body: '' },
  '/json': { type: 'application/json', body: '{"a":1}' },
  '/missing': { type: text, body: 'nothing here', status: 404 },
};

const commands: readonly (readonly string[])[] = [
  ['/metrics'],
  ['/metrics', '--format', 'prom'],
  ['--json', '/metrics'],
  ['/openmetrics'],
  ['/twice'],
  ['/broken'],
  ['/broken', '-o', 'prom'],
  ['/empty'],
  ['/json'],
  ['/missing'],
];

/** Beside this process, which serves the page. */
function run(args: readonly string[]): Promise<CommandResult> {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
  return new Promise((resolve) => {
    execFile(tsprom[0], [tsprom[1], ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

describe('commands: scrape', () => {
  let server: Server;
  let base = '';

  before((done) => {
    server = createServer((request, response) => {
      const page = pages[request.url ?? ''];
      response.writeHead(page?.status ?? (page ? 200 : 404), { 'content-type': page?.type ?? text });
      response.end(page?.body);
    }).listen(0, '127.0.0.1', () => {
      base = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  after((done) => {
    server.close(done);
  });

  it('scrape.txt: every format, every kind of problem', async () => {
    const texts: string[] = [];
    for (const words of commands) {
      const args = words.map((word) => (word.startsWith('/') ? `http://${base}${word}` : word));
      const { code, stdout, stderr } = await run(['scrape', ...args]);
      texts.push(`$ tsprom scrape ${args.join(' ')}\n${stdout}--- stderr\n${stderr}[exit ${code}]\n`);
    }
    const told = texts
      .join('\n')
      .replaceAll(base, 'TARGET')
      .replaceAll(/\d+\.\d ms/g, 'DURATION ms')
      .replaceAll(/"durationMs": [\d.]+/g, '"durationMs": 0');
    assertGolden('scrape.txt', told);
  });
});
