import assert from 'node:assert/strict';
import { greeting } from '../../src/server/greeting.js';

describe('server: greeting', () => {
  it('says in five lines what runs, where, and three commands to try', () => {
    const text = greeting({
      url: 'http://localhost:9090',
      dataDirectory: '/srv/data',
      configFile: 'prometheus.yml',
    });
    const lines = text.trimEnd().split('\n');
    assert.equal(lines.length, 5);
    assert.match(lines[0] ?? '', /open http:\/\/localhost:9090 .*no \.\/prometheus\.yml.*embedded default/);
    assert.match(lines[1] ?? '', /\/srv\/data/);
    for (const line of lines.slice(2)) assert.match(line, /^ {2}npx tsprom .*http:\/\/localhost:9090/);
  });
});
