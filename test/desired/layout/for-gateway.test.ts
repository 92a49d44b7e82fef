import { describe, expect, test } from '@jest/globals';
import { desiredFor } from '../../../src/desired/layout/for-gateway.ts';
import { ALL_LAYOUTS } from '../../../src/desired/layout/layout.ts';
import { type Desired, positionAt } from '../../../src/domain/desired.ts';
import { loadText, oneLine } from '../setup.ts';

async function desired(text: string): Promise<Desired> {
  const loaded = await loadText(text, {
    env: { K: 'sk-test-0001', L: 'sk-test-0002' },
    layouts: ALL_LAYOUTS,
  });
  if (!loaded.desired) throw new Error(loaded.problems.map(oneLine).join('; '));
  return loaded.desired;
}

const GROUPS = `routing: { retry: { request-retry: 3 } }
api-keys:
  codex:
    - name: shared
      base-url: https://c.example
      prefix: team
      keys:
        - api-key: \${env:K}
        - { api-key: "\${env:L}", prefix: null }
    - keys: []
`;

describe('a desired state for a gateway of the other layout', () => {
  test('means the same, and each value keeps its line and its reference', async () => {
    const { desired: flat, originOf } = desiredFor(await desired(GROUPS), 'legacy');
    expect(flat.layout).toBe('legacy');
    expect(flat.tree.open()).toEqual({
      'request-retry': 3,
      'codex-api-key': [
        { 'api-key': 'sk-test-0001', 'base-url': 'https://c.example', prefix: 'team' },
        { 'api-key': 'sk-test-0002', 'base-url': 'https://c.example', prefix: 'team' },
      ],
    });
    const line = (pointer: string): number | undefined => positionAt(flat, pointer)?.line;
    expect([
      line('/request-retry'),
      line('/codex-api-key/1'),
      line('/codex-api-key/1/prefix'),
      line('/codex-api-key/1/api-key'),
    ]).toEqual([1, 9, 6, 9]);
    expect(flat.references.get('/codex-api-key/1/api-key')).toBe('${env:L}');
    expect(originOf('/codex-api-key/0/base-url')).toBe('/api-keys/codex/0/base-url');
  });

  test('notes what means nothing there', async () => {
    const { problems } = desiredFor(await desired(GROUPS), 'legacy');
    expect(problems.map((each) => `${each.severity} ${oneLine(each)}`)).toEqual([
      "warning a.yaml:4:13 HF2047 `api-keys.codex[shared].name` is a label that the flat layout doesn't have, so Holdfast omits it",
      'warning a.yaml:10:7 HF2047 `api-keys.codex[1]` has no keys, and so no effect',
    ]);
  });

  test("refuses what can't be expressed there, with its position", async () => {
    const { desired: tree, problems } = desiredFor(
      await desired('debug: true\ncodex: { identity-confuse: true }\n'),
      'v8',
    );
    expect(tree.tree.open()).toEqual({ observability: { logs: { debug: true } } });
    expect(problems.map(oneLine)).toEqual([
      "a.yaml:2:28 HF2047 `codex.identity-confuse` can't be expressed in the v8 layout",
    ]);
  });

  test('is the same object where the layouts agree', async () => {
    const given = await desired('debug: true\n');
    expect(desiredFor(given, 'legacy').desired).toBe(given);
  });
});
