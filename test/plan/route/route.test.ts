import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../src/domain/secret.ts';
import type { Tree } from '../../../src/lib/value.ts';
import { routed, stateOf } from './changes.ts';

const HOME = `port: 8317
remote-management:
  secret-key: $2a$10$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
api-keys:
  - sk-test-0001
  - sk-test-0002
debug: false # quiet
error-logs-max-files: 3
request-retry: 3
claude-api-key:
  - api-key: sk-test-claude-1
    base-url: https://claude.example
    priority: 1
    headers:
      X-One: a
      X-Two: b
    models:
      - name: opus
        alias: o
        thinking:
          min: 1
          zero-allowed: true
codex-api-key:
  - api-key: sk-test-codex-1
    base-url: https://codex.example
    request-retry: 2
openai-compatibility:
  - name: openrouter
    base-url: https://openrouter.example
    api-key-entries:
      - api-key: sk-test-or-1
oauth-model-alias:
  claude:
    - name: sonnet
      alias: s
plugins:
  enabled: true
  configs:
    demo:
      enabled: true
      limit: 5
      mode: fast
`;

/** The requests in one line each, with the body where it is no file. */
function requests(before: string, after: string): string[] {
  const { writes, verdicts } = routed(before, after);
  const lines = writes.map(({ write, body, contentType }) => {
    const text = contentType === 'application/json' ? ` ${body(seal(before)).open()}` : '';
    return `${write.method} ${write.path.replace('/v0/management', '')}${text} | ${write.reason}`;
  });
  return [...lines, ...verdicts.map(({ guard, message }) => `${guard}: ${message}`)];
}

const edit = (from: string, to: string): string => {
  if (!HOME.includes(from)) throw new Error(`no ${from}`);
  return HOME.replace(from, to);
};

const FILE = /^PUT \/config\.yaml \| (.*); the file is edited in place, and every other byte stays$/;
const viaFile = (before: string, after: string): string | undefined =>
  FILE.exec(requests(before, after).join('\n'))?.[1] ?? requests(before, after).join('\n');

describe('routes through field endpoints', () => {
  test.each([
    ['a scalar', 'request-retry: 3', 'request-retry: 4', 'PUT /request-retry {"value":4} | its own endpoint changes this key and nothing else'],
    ['an explicit zero that the file has a key for', 'error-logs-max-files: 3', 'error-logs-max-files: 0', 'PUT /error-logs-max-files {"value":0} | its own endpoint changes this key and nothing else'],
    ['a client key in the place of another', 'sk-test-0002', 'sk-test-0003', 'PATCH /api-keys {"old":"sk-test-0002","new":"sk-test-0003"} | replaces one item and doesn\'t change the others'],
    ['one more client key', '  - sk-test-0002\n', '  - sk-test-0002\n  - sk-test-0003\n', 'PATCH /api-keys {"old":"sk-test-0003","new":"sk-test-0003"} | appends one item: the gateway adds `new`, because `old` isn\'t in the list'],
    ['one client key less', '  - sk-test-0002\n', '', 'PUT /api-keys ["sk-test-0001"] | one request replaces the list exactly; a DELETE would carry the value in the URL'],
    ['a member that PATCH takes', 'base-url: https://claude.example', 'base-url: https://other.example', 'PATCH /claude-api-key {"match":"sk-test-claude-1","value":{"base-url":"https://other.example"}} | one entry, found by its api-key, and only members that PATCH accepts'],
    ['an upstream key inside a provider', 'sk-test-or-1', 'sk-test-or-2', 'PATCH /openai-compatibility {"name":"openrouter","value":{"api-key-entries":[{"api-key":"sk-test-or-2"}]}} | one entry, found by its name, and only members that PATCH accepts'],
    ['a channel', 'alias: s\n', 'alias: t\n', 'PUT /oauth-model-alias {"claude":[{"name":"sonnet","alias":"t"}]} | the whole map: PATCH and DELETE of a channel can end the gateway'],
    ['a plugin setting', 'limit: 5', 'limit: 6', 'PATCH /plugins/demo/config {"limit":6} | changes single settings of the plugin and doesn\'t change the others'],
  ])('%s', (_, from, to, expected) => {
    expect(requests(HOME, edit(from, to))).toEqual([expected]);
  }); // prettier-ignore

  test('a member that PATCH ignores is sent with the whole list, in JSON spelling', () => {
    const [line] = requests(HOME, edit('priority: 1', 'priority: 2'));
    expect(line).toContain('PUT /claude-api-key [{');
    expect(line).toContain('"zero_allowed":true');
    expect(line).toContain('"priority":2');
  });

  test.each([
    ['a text', '    request-retry: 2\n', 'prefix: team', '"prefix":""'],
    ['a list', '    request-retry: 2\n', 'excluded-models: [opus]', '"excluded-models":[]'],
    ['a switch', '  - name: openrouter\n', 'disabled: true', '"disabled":false'],
    ['a map', '  - name: openrouter\n', 'headers: { X-A: a }', '"headers":{}'],
  ])('%s that is removed is sent as empty, if PATCH accepts that', (_, beside, member, sent) => {
    const [line] = requests(edit(beside, `${beside}    ${member}\n`), HOME);
    expect(line).toMatch(/^PATCH /);
    expect(line).toContain(`"value":{${sent}}`);
  });

  test.each([
    [1, ['PATCH']],
    [3, ['PATCH', 'PATCH', 'PATCH']],
    [4, ['PUT']],
  ])('entries that change one by one: %i of five are', (count, methods) => {
    const withAddresses = (changed: number): string =>
      `port: 8317\ncodex-api-key:\n${[1, 2, 3, 4, 5]
        .map((i) => `  - api-key: sk-test-${i}\n    base-url: https://${i <= changed ? 'b' : 'a'}.example\n`)
        .join('')}`;
    const lines = requests(withAddresses(0), withAddresses(count));
    const sent = lines.map((line) => line.split(' ').slice(0, 2).join(' '));
    expect(sent).toEqual(methods.map((method) => `${method} /codex-api-key`));
  });

  test('additions go before removals', () => {
    const after = edit('  - sk-test-0002\n', '').replace('request-retry: 3', 'request-retry: 4');
    expect(requests(HOME, after).map((line) => line.split(' ')[1])).toEqual(['/request-retry', '/api-keys']);
  });
});

describe('routes through the file', () => {
  test.each([
    ['a key without an endpoint', 'port: 8317', 'port: 8318', 'port has no endpoint'],
    ['N1: a zero that the file has no key for', 'debug: false', 'ws-auth: false\ndebug: false', 'ws-auth would not be stored: the file does not have the key'],
    ['N2: an explicit zero in a list that the file does not have', 'debug: false', 'gemini-api-key:\n  - api-key: sk-test-g\n    disable-cooling: false\ndebug: false', 'an explicit zero in gemini-api-key (disable-cooling) would not be stored: the file does not have the list'],
    ['N3: an explicit zero in an entry that does not have the member', '    request-retry: 2\n', '    request-retry: 2\n    disable-cooling: false\n', 'an explicit zero in codex-api-key (disable-cooling) would not be stored, or would come back'],
    ['N5: a header removed while another stays', '      X-Two: b\n', '', 'a removed header of claude-api-key (headers.X-Two) would come back from the file'],
    ['N6: a member of thinking removed', '          min: 1\n', '', 'old members of claude-api-key (models.thinking.min) would come back from the file'],
    ['N7: two entries with one key', '    request-retry: 2\n', '    request-retry: 2\n  - api-key: sk-test-codex-1\n    base-url: https://second.example\n', 'two entries of codex-api-key have the same api-key, and the gateway overwrites one with the other'],
    ['N8: a plugin setting removed', '      limit: 5\n', '', 'a removed setting would come back from the file'],
  ])('%s', (_, from, to, expected) => {
    expect(viaFile(HOME, edit(from, to))).toBe(expected);
  }); // prettier-ignore

  test('N9: the default strategy needs no write at all', () => {
    expect(requests(HOME, edit('debug:', 'routing:\n  strategy: round-robin\ndebug:'))).toEqual([]);
  });

  test('N10: what the saver writes out is the footprint of a field write', () => {
    const [prepared] = routed(HOME, edit('request-retry: 3', 'request-retry: 4')).writes;
    expect(prepared?.write.footprint.paths).toEqual(['request-retry']);
    expect(prepared?.write.footprint.defaults).toEqual(
      expect.arrayContaining(['ws-auth', 'credential-in-flight', 'redis-usage-queue-retention-seconds']),
    );
  });

  test('N11: an unknown key inside any entry is not lost to a field write elsewhere', () => {
    const before = edit('    request-retry: 2\n', '    request-retry: 2\n    note: mine\n');
    const after = before.replace('request-retry: 3', 'request-retry: 4');
    expect(viaFile(before, after)).toMatch(/would lose codex-api-key \(note inside an entry\)/);
    expect(routed(before, after).writes[0]?.body(seal(before)).open()).toBe(after);
  });

  test('a legacy key at the top is not lost to a field write', () => {
    const before = `${HOME}ampcode:\n  upstream: x\n`;
    expect(viaFile(before, before.replace('request-retry: 3', 'request-retry: 4'))).toMatch(/would lose ampcode/);
  });

  test('request-retry of an entry cannot be unset by PATCH', () => {
    expect(requests(HOME, edit('    request-retry: 2\n', ''))[0]).toMatch(/^PUT \/codex-api-key \[/);
  });

  test('more than three field writes become one edited file', () => {
    const after = HOME.replace('debug: false', 'debug: true')
      .replace('request-retry: 3', 'request-retry: 4')
      .replace('error-logs-max-files: 3', 'error-logs-max-files: 4')
      .replace('sk-test-0002', 'sk-test-0003');
    expect(viaFile(HOME, after)).toBe('4 field writes would be needed; one request does it');
    expect(routed(HOME, after).writes[0]?.body(seal(HOME)).open()).toBe(after);
  });

  test('memory that disagrees with the file is never saved over it', () => {
    const { writes } = routed(HOME, edit('request-retry: 3', 'request-retry: 4'), {
      kind: 'differ',
      paths: ['debug'],
      cause: 'split-brain',
    });
    expect(writes[0]?.write.path).toBe('/v0/management/config.yaml');
  });

  test('a few of many entries are edited in the file instead of sending all', () => {
    const entries = Array.from({ length: 200 }, (_, i) => `  - api-key: sk-test-${i}\n    base-url: https://x.example\n`);
    const text = `port: 8317\ncodex-api-key:\n${entries.join('')}`;
    const after = text.replace('sk-test-7\n    base-url', 'sk-test-7\n    priority: 3\n    base-url');
    expect(viaFile(text, after)).toMatch(/^codex-api-key would have 200 items rewritten for one change/);
  });
}); // prettier-ignore

describe('what must not be written', () => {
  test('a block text with a comment line in the file after is refused without a way around', () => {
    const trap = `${HOME}payload:\n  override-raw:\n    - models: [{ name: x }]\n      params:\n        a: |\n          {\n          # no\n          }\n`;
    const { writes, verdicts } = routed(trap, trap.replace('request-retry: 3', 'request-retry: 4'));
    expect(writes).toEqual([]);
    expect(verdicts.map(({ guard, override }) => [guard, override])).toEqual([['brick', undefined]]);
  });

  test('a trap that the plan removes leaves no way back', () => {
    const trap = `${HOME}gpt-image-2-base-model: |\n  a\n  # b\n`;
    const { writes, verdicts } = routed(trap, `${HOME}gpt-image-2-base-model: a\n`);
    expect(writes).toHaveLength(1);
    expect(verdicts.map(({ guard }) => guard)).toEqual(['no-way-back']);
  });

  test('an edit under an anchor without another route is unsafe, with its line; if allowed, the file is rewritten', () => {
    const anchored = HOME.replace('port: 8317', 'port: &p 8317\nauth-dir: a').concat('max-retry-interval: *p\n');
    const { writes, verdicts } = routed(anchored, anchored.replace('port: &p 8317', 'port: &p 1').replace('*p', '8317'));
    expect(verdicts[0]?.guard).toBe('unsafe-edit');
    expect(verdicts[0]?.message).toMatch(/^line 1 of the gateway's file/);
    const text = writes[0]?.body(seal(anchored)).open() ?? '';
    expect(text).toMatch(/^port: 1$[^]*^max-retry-interval: 8317$/m);
    expect(text).not.toMatch(/[&*]p/);
    expect(() => writes[0]?.body(seal(HOME))).toThrow(/can't be edited in place/);
  });

  test('settings of a plugin without `enabled` are stored with `enabled: false`, and that is the same', () => {
    const proposed = { ...stateOf(HOME).image, plugins: { configs: { second: { limit: 5 } } } };
    const { verdicts, writes } = routed(HOME.concat('streaming:\n  keepalive-seconds: 1\n'), { ...proposed, streaming: { 'keepalive-seconds': 2 } });
    expect(verdicts).toEqual([]);
    expect(writes).toHaveLength(1);
  });

  test("values that the gateway refuses in combination aren't an unsafe edit", () => {
    const proposed = { ...stateOf(HOME).image, 'credential-in-flight': { ...(stateOf(HOME).image['credential-in-flight'] as Tree), 'max-part-count': 1 } };
    const { verdicts, writes } = routed(HOME, proposed);
    expect(writes).toEqual([]);
    expect(verdicts).toMatchObject([{ guard: 'unsupported', message: expect.stringMatching(/would refuse the file .*exceeds part capacity/) }]);
  });
}); // prettier-ignore

describe('a file that the gateway would break by saving it', () => {
  test('is edited in place: a comment follows the key of a map that becomes empty', () => {
    const before = HOME.replace('oauth-model-alias:\n', 'oauth-model-alias: # mine\n');
    const after = before.replace(/oauth-model-alias:[^]*(?=plugins:)/, 'oauth-model-alias: {}\n');
    expect(viaFile(before, after)).toContain('the gateway would break its own file by saving it');
  });
});
