import { expect, test } from '@jest/globals';
import {
  fingerprintsOf,
  keyIn,
  keyLabel,
  keyText,
  type NamedKey,
  pathsByName,
} from '../../src/domain/named-key.ts';
import { formatPath, parsePath } from '../../src/domain/path.ts';
import { fingerprintsBy, seal } from '../../src/domain/secret.ts';

const position = { file: 'holdfast.yaml', line: 1, column: 1 };
const digestKey = seal('digest');
const print = (secret: string): string => fingerprintsBy('digest').of(secret);
const named: readonly NamedKey[] = [
  { kind: 'client', name: 'laptop', key: { secret: seal('sk-test-0001') }, position },
  { kind: 'client', name: 'old phone', key: { fingerprint: print('sk-test-0002') }, position },
];
const fingerprints = fingerprintsOf({ digestKey, named });

test('a key is called by its name, whether the settings have the key or its fingerprint', () => {
  expect(
    ['sk-test-0001', ' sk-test-0001 ', 'sk-test-0002'].map((one) => keyLabel(fingerprints, one)),
  ).toEqual(['laptop', 'laptop', 'old phone']);
  expect(keyLabel(fingerprints, 'sk-test-0003')).toBe(`#${print('sk-test-0003')}`);
  expect(keyIn(fingerprints, 'sk-test-0001')).toEqual({ key: print('sk-test-0001'), name: 'laptop' });
  expect([keyText({ key: '1a2b3c4d' }), keyText({ key: '1a2b3c4d', name: 'laptop' }), keyText({})]).toEqual([
    '#1a2b3c4d',
    'laptop',
    '',
  ]);
});

test('a path with a fingerprint means the key by its name', () => {
  const byName = pathsByName({ digestKey, named });
  const spelled = (text: string): string => formatPath(byName(parsePath(text)));
  expect(spelled(`api-keys[#${print('sk-test-0001')}]`)).toBe('api-keys[laptop]');
  expect(spelled(`api-keys[#${print('sk-test-0002')}]`)).toBe('api-keys["old phone"]');
  expect(spelled(`claude-api-key["#${print('sk-test-0001')}@https://a.example"].priority`)).toBe(
    'claude-api-key["laptop@https://a.example"].priority',
  );
  for (const same of ['api-keys[#00000000]', 'api-keys[*]', 'request-retry'])
    expect(spelled(same)).toBe(same);
});
