import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NamedKey } from '../../src/domain/named-key.ts';
import { loadSettings } from '../../src/settings/settings.ts';

const ENV = { LAPTOP: 'sk-test-0001', PHONE: 'sk-test-0002', HOLDFAST_KEY: 'management' };

async function load(section: string): Promise<{ named: readonly NamedKey[] | undefined; lines: string[] }> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-named-'));
  try {
    writeFileSync(join(dir, 'holdfast.yaml'), `version: 1\ntargets: [{ name: home }]\n${section}`);
    const { settings, problems } = await loadSettings({ flags: {}, cwd: dir, env: ENV });
    const lines = problems.map(
      ({ position, code, message }) => `${position?.line}:${position?.column} ${code} ${message}`,
    );
    return { named: settings?.targets[0]?.named, lines };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const shown = (named: readonly NamedKey[] | undefined): object[] =>
  (named ?? []).map(({ kind, name, key, expires }) => ({
    kind,
    name,
    key: 'secret' in key ? key.secret.open() : key.fingerprint,
    ...(expires !== undefined && { expires: new Date(expires).toISOString() }),
  }));

describe('names of keys', () => {
  test('are a reference, a fingerprint, or a mapping with the end of the key', async () => {
    const { named, lines } = await load(`client-keys:
  laptop: \${env:LAPTOP}
  "old phone": "#1a2b3c4d"
  phone: { key: "\${env:PHONE}", expires: 2027-01-31 }
provider-keys: { billing: "#99887766" }
`);
    expect(lines).toEqual([]);
    expect(shown(named)).toEqual([
      { kind: 'client', name: 'laptop', key: 'sk-test-0001' },
      { kind: 'client', name: 'old phone', key: '1a2b3c4d' },
      { kind: 'client', name: 'phone', key: 'sk-test-0002', expires: '2027-02-01T00:00:00.000Z' },
      { kind: 'provider', name: 'billing', key: '99887766' },
    ]);
  });

  test('can end at a time in a zone', async () => {
    const { named } = await load(
      'client-keys: { phone: { key: "${env:PHONE}", expires: 2027-01-31T18:00 Europe/Berlin } }\n',
    );
    expect(shown(named)).toMatchObject([{ expires: '2027-01-31T17:00:00.000Z' }]);
  });

  test.each([
    ['a key in plain text', 'client-keys:\n  laptop: sk-test-0001\n', /^4:11 HF1012 .*plain text/],
    ['a variable that is not set', 'client-keys:\n  laptop: "${env:NOPE}"\n', /^4:11 HF2020 /],
    [
      'a date that does not exist',
      'client-keys:\n  laptop: { key: "${env:LAPTOP}", expires: 2027-02-30 }\n',
      /^4:44 HF1012 `expires` is neither/,
    ],
    [
      'two names of one key',
      'client-keys:\n  a: ${env:LAPTOP}\n  b: ${env:LAPTOP}\n',
      /^5:3 HF1014 "a" in line 4/,
    ],
    ['a name that begins with #', 'client-keys:\n  "#laptop": ${env:LAPTOP}\n', /^4:3 HF1012 .*name/],
    ['a name of digits', 'client-keys:\n  "0": ${env:LAPTOP}\n', /^4:3 HF1012 .*name/],
    ['a name with a control character', 'client-keys:\n  "a\\eb": ${env:LAPTOP}\n', /^4:3 HF1012 .*name/],
    ['a long name', `client-keys:\n  ${'a'.repeat(65)}: \${env:LAPTOP}\n`, /^4:3 HF1012 .*name/],
    ['an end of a provider key', 'provider-keys:\n  a: { key: "${env:LAPTOP}" }\n', /^4:3 HF1012 /],
  ])('cannot be %s', async (_, section, expected) => {
    const { named, lines } = await load(section);
    expect(named).toBeUndefined();
    expect(lines).toEqual([expect.stringMatching(expected)]);
  });
});
