import assert from 'node:assert/strict';
import { maskSecrets } from '../../src/config/index.js';

const cases: { name: string; text: string; line: number; shown: string }[] = [
  { name: 'a password', text: 'a:\n  password: s3cr3t x', line: 2, shown: 'a:\n  password: ****** *' },
  {
    name: 'a misspelt key, and the lines that belong to it',
    text: 'a:\n  passwordd: |\n    s3cr3t\n    more\n  b: c',
    line: 3,
    shown: 'a:\n  passwordd: *\n    ******\n    ****\n  b: c',
  },
  {
    name: 'a flow mapping, save the keys behind',
    text: 'basic_auth: {username: u, password: s3cr3t, passwordd: s3cr3t}',
    line: 1,
    shown: 'basic_auth: {username: u, password: ******, passwordd: ******}',
  },
  { name: 'a list', text: 'b: {password: [s3cr3t]}', line: 1, shown: 'b: {password: ********}' },
  { name: 'a quoted key', text: '"password": "s3cr3t"', line: 1, shown: '"password": ********' },
  { name: 'a URL', text: '- url: http://u:s3cr3t@h/x', line: 1, shown: '- url: http://u:******@h/x' },
  { name: 'a text for a mapping', text: 'basic_auth: s3cr3t', line: 1, shown: 'basic_auth: ******' },
  { name: 'nothing of a file name', text: 'password_file: a', line: 1, shown: 'password_file: a' },
  { name: 'lines far away', text: 'a: 1\nb: 2\nc: 3\nd: 4', line: 4, shown: '\nb: 2\nc: 3\nd: 4' },
  {
    name: 'a list of mappings',
    text: '- token: s3cr3t\n  other: shown',
    line: 1,
    shown: '- token: ******\n  other: shown',
  },
];

describe('maskSecrets', () => {
  for (const { name, text, line, shown } of cases) {
    it(`hides ${name}`, () => assert.equal(maskSecrets(text, line), shown));
  }

  it('hides a line that is too long to be looked through', () => {
    const text = `a: ${'x'.repeat(100_000)}`;
    assert.match(maskSecrets(text, 1), /^[* ]+$/);
  });
});
