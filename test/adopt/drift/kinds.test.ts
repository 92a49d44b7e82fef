import { describe, expect, test } from '@jest/globals';
import { adoptedFrom, type AdoptedFiles, type Drifted } from './drifted.ts';

const ENV = { K1: 'sk-test-0001', K2: 'sk-test-0002', K3: 'sk-test-0003' };

/** Changed lines alone. */
const changed = ({ diffs }: AdoptedFiles): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(diffs).map(([name, diff]) => [
      name,
      diff.split('\n').filter((line) => /^[-+]/.test(line)),
    ]),
  );

async function adopted(drifted: Drifted): Promise<AdoptedFiles> {
  const made = await adoptedFrom({ env: ENV, ...drifted });
  expect({ pending: made.pending, problems: made.problems, after: made.after }).toEqual({
    pending: [],
    problems: [],
    after: [],
  });
  return made;
}

const GATEWAY = `port: 8317
debug: false
claude-api-key:
  - api-key: sk-test-0001
    priority: 1
  - api-key: sk-test-0002
    priority: 2
`;

describe('layers', () => {
  const base =
    'debug: false\nclaude-api-key:\n  - api-key: ${env:K1}\n    priority: 9\n  - api-key: ${env:K2}\n    priority: 2\n';
  const eu = '# only here\nclaude-api-key:\n  - api-key: ${env:K1}\n    priority: 1 # the EU\n';
  const files = { 'base/all.yaml': base, 'eu/eu.yaml': eu };
  const layered = { files, layers: ['base', 'eu'], was: GATEWAY };

  test('a value is edited in the layer that owns it', async () => {
    const now = GATEWAY.replace('priority: 1', 'priority: 5').replace('debug: false', 'debug: true');
    expect(changed(await adopted({ ...layered, now }))).toEqual({
      'base/all.yaml': ['-debug: false', '+debug: true'],
      'eu/eu.yaml': ['-    priority: 1 # the EU', '+    priority: 5 # the EU'],
    });
  });

  test('a value that only a shared layer declares is overridden in the layer of the target', async () => {
    const now = `${GATEWAY.replace('debug: false', 'debug: true')}routing:\n  strategy: fill-first\n  session-affinity: true\n`;
    const all = `${base}routing:\n  strategy: round-robin # fair\n`;
    const shared = { ...layered, files: { ...files, 'base/all.yaml': all }, shared: ['base/all.yaml'] };
    const was = `${GATEWAY}routing:\n  strategy: round-robin\n`;
    const paths = ['debug', 'routing.strategy', 'routing.session-affinity'];
    expect(changed(await adopted({ ...shared, was, now, paths }))).toEqual({
      'eu/eu.yaml': ['+debug: true', '+routing:', '+  strategy: fill-first', '+  session-affinity: true'],
    });
  });

  test('an entry of a shared layer is edited there', async () => {
    const now = GATEWAY.replace('priority: 2', 'priority: 4');
    expect(changed(await adopted({ ...layered, shared: ['base/all.yaml'], now }))).toEqual({
      'base/all.yaml': ['-    priority: 2', '+    priority: 4'],
    });
  });

  test('a shared layer is edited if no file of the target alone is above it', async () => {
    const now = GATEWAY.replace('debug: false', 'debug: true');
    const shared = ['base/all.yaml', 'eu/eu.yaml'];
    expect(changed(await adopted({ ...layered, shared, now }))).toEqual({
      'base/all.yaml': ['-debug: false', '+debug: true'],
    });
  });

  test('an entry of two layers is removed from both', async () => {
    const now = GATEWAY.replace('  - api-key: sk-test-0001\n    priority: 1\n', '');
    const made = await adoptedFrom({ env: ENV, ...layered, now });
    // The overlay would declare nothing: refused by the proof, which loads the files.
    expect(made.after).toEqual(['eu:1 The files in eu declare nothing']);
  });

  test('a new entry goes beside its neighbors', async () => {
    const now = `${GATEWAY}  - api-key: sk-test-0003\n    priority: 3\n`;
    expect(changed(await adopted({ ...layered, now }))).toEqual({
      'base/all.yaml': ['+  - api-key: ${env:K3}', '+    priority: 3'],
    });
  });

  test('a new entry goes into the file that was asked for', async () => {
    const was = GATEWAY.replace('priority: 1', 'priority: 9');
    const now = `${was}  - api-key: sk-test-0003\n    priority: 3\n`;
    expect(
      changed(
        await adopted({
          ...layered,
          was,
          now,
          into: 'eu/new.yaml',
          files: { ...files, 'eu/eu.yaml': 'request-retry: 0\n' },
        }),
      ),
    ).toEqual({
      'eu/new.yaml': ['+claude-api-key:', '+  - api-key: ${env:K3}', '+    priority: 3'],
    });
  });
});

describe('flat files of a v8 gateway', () => {
  test('get no header that the gateway keeps in its file and ignores', async () => {
    const file = `claude-api-key:\n  - api-key: \${env:K1}\n    headers:\n      X-A: a\n      X-B: b\n`;
    const was = `port: 8317\nclaude-api-key:\n  - api-key: sk-test-0001\n    headers:\n      X-A: a\n      X-B: b\n      X-C: "  "\n`;
    const now = was.replace('      X-B: b\n', '');
    const files = { 'desired-state/g.yaml': file };
    expect(changed(await adopted({ files, was, now, api: 'v8' }))).toEqual({
      'desired-state/g.yaml': ['-      X-B: b'],
    });
  });
});

describe('files of lines', () => {
  const files = {
    'desired-state/g.yaml': 'claude-api-key:\n  - api-key: ${lines:keys.txt}\n    priority: 1 # all\n',
    'keys.txt': '# ours\nsk-test-0002\nsk-test-0001\n',
  };
  const was =
    'port: 8317\nclaude-api-key:\n  - {api-key: sk-test-0002, priority: 1}\n  - {api-key: sk-test-0001, priority: 1}\n';

  test('a new entry like the others is a new last line', async () => {
    const now = `${was}  - {api-key: sk-test-0009, priority: 1}\n`;
    const made = await adopted({ files, was, now });
    expect(changed(made)).toEqual({ 'keys.txt': ['+sk-test-0009'] });
    expect(made.variables).toEqual({});
  });

  test('an entry that is gone takes its line along', async () => {
    const now = was.replace('  - {api-key: sk-test-0002, priority: 1}\n', '');
    expect(changed(await adopted({ files, was, now }))).toEqual({ 'keys.txt': ['-sk-test-0002'] });
  });

  test('what all of them have is edited once', async () => {
    const now = was.replaceAll('priority: 1', 'priority: 4');
    expect(changed(await adopted({ files, was, now }))).toEqual({
      'desired-state/g.yaml': ['-    priority: 1 # all', '+    priority: 4 # all'],
    });
  });

  test('what one of them has is refused with the line', async () => {
    const now = was.replace('sk-test-0002, priority: 1', 'sk-test-0002, priority: 4');
    const made = await adoptedFrom({ files, was, now });
    expect(made.problems).toEqual([
      "HF2093 desired-state/g.yaml:2 `claude-api-key[0]` can't be adopted: ${lines:keys.txt} makes several entries, of which one changed",
    ]);
  });

  test('client keys', async () => {
    const clients = {
      'desired-state/g.yaml': 'api-keys:\n  - ${lines:keys.txt}\n',
      'keys.txt': 'sk-test-0001\nsk-test-0002',
    };
    const made = await adopted({
      files: clients,
      was: 'port: 8317\napi-keys: [sk-test-0001, sk-test-0002]\n',
      now: 'port: 8317\napi-keys: [sk-test-0001, sk-test-0007]\n',
    });
    expect(changed(made)).toEqual({ 'keys.txt': ['-sk-test-0002', '+sk-test-0007'] });
  });

  test('of a list in a variable nothing can be edited', async () => {
    const made = await adoptedFrom({
      files: { 'desired-state/g.yaml': 'api-keys:\n  - ${list:KEYS}\n' },
      env: { KEYS: 'sk-test-0001,sk-test-0002' },
      was: 'port: 8317\napi-keys: [sk-test-0001, sk-test-0002]\n',
      now: 'port: 8317\napi-keys: [sk-test-0001]\n',
    });
    expect(made.problems).toEqual([
      "HF2093 desired-state/g.yaml:2 `api-keys` can't be adopted: one of several entries that ${list:KEYS} makes is gone",
    ]);
  });
});

describe('anchors', () => {
  const files = {
    'desired-state/g.yaml':
      'claude-api-key:\n  - &first\n    api-key: ${env:K1}\n    priority: &p 1\n  - <<: *first\n    api-key: ${env:K2}\n  - api-key: ${env:K3}\n    priority: *p\n',
  };
  const was =
    'port: 8317\nclaude-api-key:\n  - {api-key: sk-test-0001, priority: 1}\n  - {api-key: sk-test-0002, priority: 1}\n  - {api-key: sk-test-0003, priority: 1}\n';

  test('a merged member is overridden where it changed', async () => {
    const now = was.replace('sk-test-0002, priority: 1', 'sk-test-0002, priority: 2');
    expect(changed(await adopted({ files, was, now }))).toEqual({
      'desired-state/g.yaml': ['+    priority: 2'],
    });
  });

  test('an alias is replaced where it changed', async () => {
    const now = was.replace('sk-test-0003, priority: 1', 'sk-test-0003, priority: 2');
    expect(changed(await adopted({ files, was, now }))).toEqual({
      'desired-state/g.yaml': ['-    priority: *p', '+    priority: 2'],
    });
  });

  test('what changes the others along is not proved', async () => {
    const now = was.replace('sk-test-0001, priority: 1', 'sk-test-0001, priority: 2');
    const made = await adoptedFrom({ env: ENV, files, was, now });
    expect(made.after).toEqual([
      expect.stringMatching(/^update claude-api-key\[#\w+\]\.priority$/),
      expect.stringMatching(/^update claude-api-key\[#\w+\]\.priority$/),
    ]);
  });
});

describe('references', () => {
  test('a changed secret becomes another variable', async () => {
    const made = await adopted({
      files: { 'desired-state/g.yaml': 'api-keys:\n  - ${env:K1} # laptop\n' },
      was: 'port: 8317\napi-keys: [sk-test-0001]\n',
      now: 'port: 8317\napi-keys: [sk-test-new-1]\n',
    });
    expect(made.variables).toEqual({ CLIENT_KEY: 'sk-test-new-1' });
  });

  test('what is around a reference is edited around it', async () => {
    const made = await adopted({
      files: { 'desired-state/g.yaml': 'proxy-url: http://${env:HOST}:8080/a\n' },
      env: { HOST: 'proxy.example' },
      was: 'port: 8317\nproxy-url: http://proxy.example:8080/a\n',
      now: 'port: 8317\nproxy-url: https://proxy.example:9090/a\n',
    });
    expect(changed(made)).toEqual({
      'desired-state/g.yaml': [
        '-proxy-url: http://${env:HOST}:8080/a',
        '+proxy-url: https://${env:HOST}:9090/a',
      ],
    });
  });

  test('a value that a variable holds already gets that variable', async () => {
    const made = await adopted({
      files: { 'desired-state/g.yaml': 'api-keys:\n  - ${env:K1}\n' },
      was: 'port: 8317\napi-keys: [sk-test-0001]\n',
      now: 'port: 8317\napi-keys: [sk-test-0001, sk-test-0002]\n',
    });
    expect(changed(made)).toEqual({ 'desired-state/g.yaml': ['+  - ${env:K2}'] });
    expect(made.variables).toEqual({});
  });
});

describe('ownership', () => {
  const files = { 'desired-state/g.yaml': 'claude-api-key:\n  - api-key: ${env:K1}\n    priority: 1\n' };
  const was = `${GATEWAY}`;

  test('of entries: what others have stays theirs', async () => {
    const now = was.replace('priority: 1', 'priority: 3').replace('priority: 2', 'priority: 4');
    expect(changed(await adopted({ files, was, now, ownership: { 'claude-api-key': 'entries' } }))).toEqual({
      'desired-state/g.yaml': ['-    priority: 1', '+    priority: 3'],
    });
  });

  test('of members: only what is declared', async () => {
    const now = was.replace('priority: 1', 'priority: 3\n    proxy-url: http://proxy.example');
    expect(changed(await adopted({ files, was, now, ownership: { 'claude-api-key': 'members' } }))).toEqual({
      'desired-state/g.yaml': ['-    priority: 1', '+    priority: 3'],
    });
  });
});

describe('a choice', () => {
  const files = { 'desired-state/g.yaml': 'debug: false\nrequest-retry: 3\n' };
  const was = 'port: 8317\ndebug: false\nrequest-retry: 3\n';
  const now = 'port: 8317\ndebug: true\nrequest-retry: 5\n';

  test('of one path leaves the others', async () => {
    const made = await adoptedFrom({ files, was, now, paths: ['debug'] });
    expect(changed(made)).toEqual({ 'desired-state/g.yaml': ['-debug: false', '+debug: true'] });
    expect(made.after).toEqual(['update request-retry']);
  });

  test('without a last apply has to say which side to keep', async () => {
    const made = await adoptedFrom({ files, now });
    expect(made.problems).toEqual([
      "HF2091 `debug` differs, and Holdfast hasn't applied it yet, so it doesn't know which side changed",
      "HF2091 `request-retry` differs, and Holdfast hasn't applied it yet, so it doesn't know which side changed",
    ]);
    expect((await adoptedFrom({ files, now, keep: 'theirs' })).after).toEqual([]);
    expect((await adoptedFrom({ files, now, keep: 'ours' })).taken).toEqual([]);
  });

  test('of a path without a change is refused', async () => {
    const made = await adoptedFrom({ files, was, now, paths: ['routing.strategy'] });
    expect(made.problems).toEqual(['HF2090 the gateway has no change at `routing.strategy`']);
  });
});

describe('what no file declares', () => {
  const files = { 'desired-state/g.yaml': '# ours\ndebug: false\noauth-model-alias:\n  codex: []\n' };
  const was = 'port: 8317\ndebug: false\n';
  const now = `${was}gemini-api-key:\n  - {api-key: sk-test-0001, priority: 2}\nrouting: {strategy: fill-first}\noauth-model-alias:\n  claude:\n    - {name: a, alias: b}\n`;

  test('is declared where somebody names it', async () => {
    const made = await adopted({
      files,
      was,
      now,
      paths: ['gemini-api-key', 'routing', 'oauth-model-alias'],
    });
    expect(made.texts['desired-state/g.yaml']).toBe(
      '# ours\ndebug: false\noauth-model-alias:\n  codex: []\n  claude:\n    - name: a\n      alias: b\nrouting:\n  strategy: fill-first\ngemini-api-key:\n  - api-key: ${env:K1}\n    priority: 2\n',
    );
  });

  test('goes into the file that was asked for', async () => {
    const made = await adopted({ files, was, now, paths: ['routing'], into: 'desired-state/routing.yaml' });
    expect(made.texts).toEqual({ 'desired-state/routing.yaml': 'routing:\n  strategy: fill-first\n' });
  });

  test('stays undeclared otherwise', async () => {
    expect((await adoptedFrom({ files, was, now })).texts).toEqual({});
  });
});

describe('a v8 gateway', () => {
  const files = {
    'desired-state/g.yaml': `api-keys:
  claude:
    - name: team # ours
      base-url: https://one.example
      priority: 3
      keys:
        - api-key: \${env:K1} # first
        - api-key: \${env:K2}
`,
  };
  const was = `config-version: 8
api-keys:
  claude:
    - name: team
      base-url: https://one.example
      priority: 3
      keys:
        - api-key: sk-test-0001
        - api-key: sk-test-0002
`;

  test('a member of the group is edited at the group', async () => {
    const now = was.replace('priority: 3', 'priority: 4');
    expect(changed(await adopted({ files, was, now, api: 'v8' }))).toEqual({
      'desired-state/g.yaml': ['-      priority: 3', '+      priority: 4'],
    });
  });

  test('a new key joins its group', async () => {
    const now = `${was}        - api-key: sk-test-0003\n`;
    expect(changed(await adopted({ files, was, now, api: 'v8' }))).toEqual({
      'desired-state/g.yaml': ['+        - api-key: ${env:K3}'],
    });
  });
});
