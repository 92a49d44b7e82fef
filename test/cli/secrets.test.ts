// What `holdfast secrets` lists of two targets that share a layer.
import { expect, test } from '@jest/globals';
import { openTerminal } from './terminal.ts';

const SETTINGS = `version: 1
env-file: .env
targets:
  - { name: eu, url: "http://127.0.0.1:1", key: "\${env:EU_KEY}", desired: [base, eu] }
  - { name: us, url: "http://127.0.0.1:2", key: "\${env:EU_KEY}", desired: [base] }
references:
  exec:
    tool: { command: [sh, -c, 'test "$0" = ok && echo sk-test-tool-0001'] }
daemon:
  notify:
    - slack: \${env:SLACK_URL}
`;
const BASE = `api-keys:
  - \${env:PHONE}
  - \${list:TEAM}
claude-api-key:
  - api-key: \${lines:secrets/many}
    proxy-url: http://u:\${env:PASSWORD}@\${exec:tool ok}:9
`;
const EU = `codex-api-key:
  - { api-key: "\${env:PHONE}", base-url: "https://x.example" }
`;
const FILES = {
  'holdfast.yaml': SETTINGS,
  'base/a.yaml': BASE,
  'eu/a.yaml': EU,
  '.env':
    'EU_KEY=sk-test-mgmt-0001\nPHONE=sk-test-laptop-0001\nTEAM=sk-test-a-0001,sk-test-b-0001\nPASSWORD=sk-test-pw-0001\n',
  'secrets/many': 'sk-test-l-0001\nsk-test-l-0002\n',
};

test('lists every reference once, with its places and targets, and no value', async () => {
  await using terminal = await openTerminal(FILES);
  const ran = await terminal.run('secrets');
  expect(ran).toMatchObject({ exit: 0, err: '' });
  expect(ran.out).toMatchInlineSnapshot(`
    "\${env:EU_KEY}  .env
      holdfast.yaml:4  targets[eu].key
      holdfast.yaml:5  targets[us].key
    \${env:SLACK_URL}  no value (HF2020) only the daemon needs it
      holdfast.yaml:11  daemon.notify[0].slack
    \${env:PHONE}  .env
      base/a.yaml:2  api-keys[0]
      eu/a.yaml:2  codex-api-key[0].api-key  eu
    \${list:TEAM}  .env
      base/a.yaml:3  api-keys[1]
    \${lines:secrets/many}  secrets/many
      base/a.yaml:5  claude-api-key[0].api-key
    \${env:PASSWORD}  .env
      base/a.yaml:6  claude-api-key[0].proxy-url
    \${exec:tool ok}  command tool
      base/a.yaml:6  claude-api-key[0].proxy-url

    ✓ 6 references, all have a value
    "
  `);
  const json = await terminal.run('secrets', '--target', 'us', '--output', 'json');
  expect(json.out).not.toMatch(/sk-test-(?:laptop|a|b|pw|l|tool|mgmt)/);
  const { references } = JSON.parse(json.out) as { references: { reference: string }[] };
  expect(references.find(({ reference }) => reference === '${env:PHONE}')).toEqual({
    reference: '${env:PHONE}',
    kind: 'env',
    in: 'desired-state',
    resolves: true,
    from: '.env',
    uses: [{ file: 'base/a.yaml', line: 2, column: 5, path: 'api-keys[0]', targets: ['us'] }],
  });
});

test('ends with 3 and names the line of each reference that has no value or is refused', async () => {
  const wrong = `${BASE}  - api-key: \${file:secrets/none}
  - api-key: \${file:/etc/hostname}
  - api-key: \${lines:/etc/hostname}
  - api-key: \${env:GITHUB_TOKEN}
  - api-key: \${exec:tool bad}
  - api-key: \${exec:other}
`;
  await using terminal = await openTerminal({ ...FILES, 'base/a.yaml': wrong });
  const ran = await terminal.run('secrets', '--output', 'json');
  expect(ran.exit).toBe(3);
  const { problems } = JSON.parse(ran.out) as { problems: { code: string; position: { line: number } }[] };
  expect(problems.map(({ code, position }) => `${position.line} ${code}`)).toEqual([
    '7 HF2020',
    '8 HF2022',
    '9 HF2022',
    '10 HF2025',
    '11 HF2029',
    '12 HF2028',
  ]);
});

test('lists references of files that have other mistakes', async () => {
  await using terminal = await openTerminal({
    ...FILES,
    'eu/a.yaml': 'debug: ${env:PHONE}\nno-such-key: ${env:PHONE}\n',
  });
  const ran = await terminal.run('secrets');
  expect(ran.exit).toBe(0);
  expect(ran.out).toContain('eu/a.yaml:2  no-such-key  eu');
});
