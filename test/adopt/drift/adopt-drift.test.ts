import { describe, expect, test } from '@jest/globals';
import { seal } from '../../../src/domain/secret.ts';
import { adoptedFrom } from './drifted.ts';

const FILE = `# our gateway
debug: false # keep it quiet
request-retry: 3

# who may call us
api-keys:
  - \${env:CLIENT_1} # laptop
  - "\${env:CLIENT_2}"

claude-api-key:
  # the team's account
  - api-key: \${env:CLAUDE_1}
    priority: 5 # first
    headers: { X-Team: 'a' }
  - api-key: \${env:CLAUDE_2}
    proxy-url: http://proxy.example

payload:
  default:
    - models:
        - name: gpt-*
      params:
        temperature: 0.2
`;
const ENV = {
  CLIENT_1: 'sk-test-client-0001',
  CLIENT_2: 'sk-test-client-0002',
  CLAUDE_1: 'sk-test-claude-0001',
  CLAUDE_2: 'sk-test-claude-0002',
};
const FILES = { 'desired-state/gateway.yaml': FILE };
const WAS = `port: 8317
debug: false
request-retry: 3
api-keys: [sk-test-client-0001, sk-test-client-0002]
claude-api-key:
  - api-key: sk-test-claude-0001
    priority: 5
    headers: {X-Team: a}
  - api-key: sk-test-claude-0002
    proxy-url: http://proxy.example
payload:
  default:
    - models: [{name: gpt-*}]
      params: {temperature: 0.2}
`;
const after = (from: string, to: string): string => {
  if (!WAS.includes(from)) throw new Error(`no ${from}`);
  return WAS.replace(from, to);
};

describe('a change on the gateway', () => {
  test('of a setting edits its line alone, comment included', async () => {
    const made = await adoptedFrom({
      files: FILES,
      env: ENV,
      was: WAS,
      now: after('debug: false', 'debug: true'),
    });
    expect(made.problems).toEqual([]);
    expect(made.after).toEqual([]);
    expect(made.diffs['desired-state/gateway.yaml']).toContain(
      '-debug: false # keep it quiet\n+debug: true # keep it quiet\n',
    );
  });

  test('of a member of an entry, and a new header', async () => {
    const now = after('priority: 5', 'priority: 7').replace('{X-Team: a}', '{X-Team: a, X-Cost: b}');
    const made = await adoptedFrom({ files: FILES, env: ENV, was: WAS, now });
    expect(made.problems).toEqual([]);
    expect(made.after).toEqual([]);
    expect(made.diffs).toMatchInlineSnapshot(`
      {
        "desired-state/gateway.yaml": "@@ -10,8 +10,8 @@
       claude-api-key:
         # the team's account
         - api-key: \${env:CLAUDE_1}
      -    priority: 5 # first
      -    headers: { X-Team: 'a' }
      +    priority: 7 # first
      +    headers: { X-Team: 'a', X-Cost: 'b' }
         - api-key: \${env:CLAUDE_2}
           proxy-url: http://proxy.example
       
      ",
      }
    `);
  });
});

describe('an entry that others', () => {
  test('added becomes a declared one, and its secret a reference', async () => {
    const now = after(
      '    proxy-url: http://proxy.example\n',
      '    proxy-url: http://proxy.example\n  - api-key: sk-test-claude-0003\n    priority: 2\n',
    ).replace('sk-test-client-0002]', 'sk-test-client-0002, sk-test-client-0003]');
    const made = await adoptedFrom({ files: FILES, env: ENV, was: WAS, now });
    expect(made).toMatchInlineSnapshot(`
      {
        "after": [],
        "diffs": {
          "desired-state/gateway.yaml": "@@ -6,6 +6,7 @@
       api-keys:
         - \${env:CLIENT_1} # laptop
         - "\${env:CLIENT_2}"
      +  - "\${env:CLIENT_KEY_1}"
       
       claude-api-key:
         # the team's account
      @@ -14,6 +15,8 @@
           headers: { X-Team: 'a' }
         - api-key: \${env:CLAUDE_2}
           proxy-url: http://proxy.example
      +  - api-key: \${env:CLAUDE_API_KEY_1}
      +    priority: 2
       
       payload:
         default:
      ",
        },
        "pending": [],
        "problems": [],
        "taken": [
          "api-keys[#af3431cc]",
          "claude-api-key[#41425c16]",
        ],
        "texts": {
          "desired-state/gateway.yaml": "# our gateway
      debug: false # keep it quiet
      request-retry: 3

      # who may call us
      api-keys:
        - \${env:CLIENT_1} # laptop
        - "\${env:CLIENT_2}"
        - "\${env:CLIENT_KEY_1}"

      claude-api-key:
        # the team's account
        - api-key: \${env:CLAUDE_1}
          priority: 5 # first
          headers: { X-Team: 'a' }
        - api-key: \${env:CLAUDE_2}
          proxy-url: http://proxy.example
        - api-key: \${env:CLAUDE_API_KEY_1}
          priority: 2

      payload:
        default:
          - models:
              - name: gpt-*
            params:
              temperature: 0.2
      ",
        },
        "undeclared": [],
        "variables": {
          "CLAUDE_API_KEY_1": "sk-test-claude-0003",
          "CLIENT_KEY_1": "sk-test-client-0003",
        },
      }
    `);
  });

  test('added stays theirs if it is a client key that has expired', async () => {
    const over = 'sk-test-client-0009';
    const now = WAS.replace('sk-test-client-0002]', `sk-test-client-0002, sk-test-client-0003, ${over}]`);
    const position = { file: 'holdfast.yaml', line: 1, column: 1 };
    const named = [
      { kind: 'client' as const, name: 'guest', key: { secret: seal(over) }, expires: 0, position },
    ];
    const drifted = { files: FILES, env: ENV, was: WAS, now, named };
    const everything = { prune: false, include: [], exclude: [] };
    for (const asked of [drifted, { ...drifted, everything }])
      expect(await adoptedFrom(asked)).toMatchObject({
        problems: [],
        variables: { CLIENT_KEY_1: 'sk-test-client-0003' },
        after: ['remove api-keys[guest]'],
      });
    expect(await adoptedFrom({ ...drifted, paths: ['api-keys[guest]'] })).toMatchObject({
      problems: ["HF2090 `api-keys[guest]` has expired, so the files can't declare it"],
      variables: {},
    });
  });

  test('removed takes its comments along', async () => {
    const now = after('  - api-key: sk-test-claude-0001\n    priority: 5\n    headers: {X-Team: a}\n', '');
    const made = await adoptedFrom({ files: FILES, env: ENV, was: WAS, now });
    expect(made).toMatchInlineSnapshot(`
      {
        "after": [],
        "diffs": {
          "desired-state/gateway.yaml": "@@ -8,10 +8,6 @@
         - "\${env:CLIENT_2}"
       
       claude-api-key:
      -  # the team's account
      -  - api-key: \${env:CLAUDE_1}
      -    priority: 5 # first
      -    headers: { X-Team: 'a' }
         - api-key: \${env:CLAUDE_2}
           proxy-url: http://proxy.example
       
      ",
        },
        "pending": [],
        "problems": [],
        "taken": [
          "claude-api-key[#ee1463ca]",
        ],
        "texts": {
          "desired-state/gateway.yaml": "# our gateway
      debug: false # keep it quiet
      request-retry: 3

      # who may call us
      api-keys:
        - \${env:CLIENT_1} # laptop
        - "\${env:CLIENT_2}"

      claude-api-key:
        - api-key: \${env:CLAUDE_2}
          proxy-url: http://proxy.example

      payload:
        default:
          - models:
              - name: gpt-*
            params:
              temperature: 0.2
      ",
        },
        "undeclared": [],
        "variables": {},
      }
    `);
  });
});
