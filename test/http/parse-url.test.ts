import assert from 'node:assert/strict';
import { parseGoUrl } from '../../src/http/parse-url.js';

describe('URLs as Go takes them apart', () => {
  const good: readonly (readonly [text: string, scheme: string, host: string])[] = [
    ['http://a:80/b?c=d#e', 'http', 'a:80'],
    ['HTTPS://user:pass@Host/', 'https', 'Host'],
    ['localhost:9090', 'localhost', ''],
    ['/path/only', '', ''],
    ['', '', ''],
    ['//host/path', '', 'host'],
    ['unix:///var/run/docker.sock', 'unix', ''],
    ['http://[::1]:80/', 'http', '[::1]:80'],
    ['http://a:/', 'http', 'a:'],
    ['mailto:a@b', 'mailto', ''],
    ['http://bücher/', 'http', 'bücher'],
  ];
  for (const [text, scheme, host] of good)
    it(`takes ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseGoUrl(text), { ok: true, url: { text, scheme, host } });
    });

  /** Each as net/url of Go 1.26 says it. */
  const bad: readonly (readonly [text: string, error: string])[] = [
    [':9090', 'parse ":9090": missing protocol scheme'],
    ['a b:c', 'parse "a b:c": first path segment in URL cannot contain colon'],
    ['http://a b/', 'parse "http://a b/": invalid character " " in host name'],
    ['http://a:x/', 'parse "http://a:x/": invalid port ":x" after host'],
    ['http://[::1/', 'parse "http://[::1/": missing \']\' in host'],
    ['http://a/%zz', 'parse "http://a/%zz": invalid URL escape "%zz"'],
    ['http://a/%', 'parse "http://a/%": invalid URL escape "%"'],
    ['http://a%20b/', 'parse "http://a%20b/": invalid URL escape "%20"'],
    ['http://a\nb/', 'parse "http://a\\nb/": net/url: invalid control character in URL'],
    ['http://u ser@a/', 'parse "http://u ser@a/": net/url: invalid userinfo'],
  ];
  for (const [text, error] of bad)
    it(`refuses ${JSON.stringify(text)}`, () => assert.deepEqual(parseGoUrl(text), { ok: false, error }));
});
