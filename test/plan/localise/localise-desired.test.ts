// The desired state in the layout of this gateway.
import { describe, expect, test } from '@jest/globals';
import { fingerprintsBy } from '../../../src/domain/secret.ts';
import { V8, V8_FLAT } from '../../../src/gateway/dialect.ts';
import type { Tree, Value } from '../../../src/lib/value.ts';
import { localiseDesired } from '../../../src/plan/localise/localise-desired.ts';
import { liveV8Of } from '../../adopt/pulled.ts';
import { BASE, desiredOf, hash, liveOf, targetOf } from '../builders.ts';

const FILE = `config-version: 8
api-keys:
  codex:
    - base-url: https://c.example
      keys:
        - api-key: sk-test-0001
        - api-key: sk-test-0002
`;

/** The groups of the family, built for a gateway that has `FILE`. */
function groupsFor(keys: readonly string[], ignore: readonly string[] = []): Value | undefined {
  const group = { 'base-url': 'https://c.example', keys: keys.map((name) => ({ 'api-key': name })) };
  const desired: Tree = { 'api-keys': { codex: [group] } };
  const live = liveV8Of(FILE);
  const { built } = localiseDesired({
    desired: { ...desiredOf(desired), layout: 'v8' },
    target: targetOf({ file: FILE, desired, ignore }),
    allow: [],
    lastApplied: undefined,
    released: undefined,
    dialect: V8,
    content: live.file ? V8.content(live.file.document.open()) : {},
    live,
    hash,
  });
  const families = built?.tree.open()['api-keys'];
  return typeof families === 'object' && families !== null && 'codex' in families
    ? families.codex
    : undefined;
}

describe('what the layout of the gateway cannot express', () => {
  /** The verdicts for a v8 gateway whose file is flat: guard and the keys that the message names. */
  function refusals(desired: Tree, kept?: 'by-settings' | 'not-allowed'): readonly string[] {
    const live = liveOf({ file: BASE, desired: {} });
    const { refusals: found } = localiseDesired({
      desired: { ...desiredOf(desired), layout: 'v8' },
      target: targetOf({ file: BASE, desired: {} }),
      allow: [],
      lastApplied: undefined,
      released: undefined,
      dialect: V8_FLAT,
      content: {},
      live: { ...live, ...(kept && { keptFlat: kept }) },
      hash,
    });
    return found.map(({ guard, message }) => `${guard}: ${/`[^`]+`/.exec(message)?.[0]}`);
  }
  const KEY = '`observability.not-in-flat-files`';
  const UNKNOWN: Tree = { observability: { 'not-in-flat-files': true } };
  const EMPTY: Tree = { server: {} };

  test.each<[string, Tree, 'by-settings' | 'not-allowed' | undefined, readonly string[]]>([
    ['converts the file where it stays flat until that is allowed', UNKNOWN, 'not-allowed', [`migrate-file: ${KEY}`]],
    ['is unsupported where the settings keep the file flat', UNKNOWN, 'by-settings', [`unsupported: ${KEY}`]],
    ['is unsupported on a gateway of that layout', UNKNOWN, undefined, [`unsupported: ${KEY}`]],
    ['is unsupported where no conversion would help', EMPTY, 'not-allowed', ['unsupported: `server`']],
  ])('%s', (_, desired, kept, expected) => {
    expect(refusals(desired, kept)).toEqual(expected);
  }); // prettier-ignore
});

describe('a key in a group that left the files', () => {
  const second = `#${fingerprintsBy('mgmt-secret-1').of('sk-test-0002')}`;
  const keysOf = (...names: string[]): Value => [
    { 'base-url': 'https://c.example', keys: names.map((name) => ({ 'api-key': name })) },
  ];

  test.each<[what: string, ignore: string[], keys: string[]]>([
    ['goes', [], ['sk-test-0001']],
    ['stays if it is ignored', [`api-keys.codex[*].keys[${second}]`], ['sk-test-0001', 'sk-test-0002']],
    ['goes if another is ignored', ['api-keys.codex[*].keys[#00000000]'], ['sk-test-0001']],
    [
      'goes if the same key of another family is ignored',
      [`api-keys.claude[*].keys[${second}]`],
      ['sk-test-0001'],
    ],
  ])('%s', (_, ignore, keys) => {
    expect(groupsFor(['sk-test-0001'], ignore)).toEqual(keysOf(...keys));
  });
});
