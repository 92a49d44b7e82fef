// `holdfast set --patch`: a unified diff of the files that the target reads, and of nothing else.
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { type Place, place, type Ran } from './setup.ts';

const TEXT = '# ours\nrequest-retry: 3 # enough\ndebug: false\n';

let work: Place;
beforeEach(async () => {
  work = await place({
    gateway: 'api-keys: [sk-test-0001]\n',
    files: { 'desired-state/gateway.yaml': TEXT, 'other.yaml': 'debug: true\n' },
    env: {},
    managementKey: 'management-key-for-tests',
  });
});
afterEach(() => work.close());

async function patch(text: string, ...flags: readonly string[]): Promise<Ran> {
  await work.write({ 'change.diff': text });
  return work.holdfast('set', '--patch', 'change.diff', ...flags);
}
const of = (file: string, hunk: string): string => `--- a/${file}\n+++ b/${file}\n${hunk}`;
const added = (file: string, line: string): string =>
  `--- /dev/null\n+++ b/${file}\n@@ -0,0 +1 @@\n+${line}\n`;
const HUNK =
  '@@ -1,3 +1,3 @@\n # ours\n-request-retry: 3 # enough\n+request-retry: 5 # enough\n debug: false\n';
const read = (file: string): Promise<string> => readFile(join(work.dir, file), 'utf8');

test('a patch edits a file and adds another, together', async () => {
  const both =
    of('desired-state/gateway.yaml', HUNK) + added('desired-state/more/keys.yaml', 'max-retry-interval: 9');
  expect(await patch(both)).toMatchObject({ exit: EXIT.ok });
  expect(await read('desired-state/gateway.yaml')).toBe(TEXT);
  await mkdir(join(work.dir, 'desired-state/more'));
  expect(await patch(both, '--write')).toMatchObject({ exit: EXIT.ok });
  expect(await read('desired-state/gateway.yaml')).toBe(TEXT.replace('3', '5'));
  expect(await read('desired-state/more/keys.yaml')).toBe('max-retry-interval: 9\n');
});

test.each([
  ['text', 'hello', /has no hunk/],
  ['a malformed hunk', of('desired-state/gateway.yaml', '@@ -1,9 +1 @@\n-x\n'), /can't be read/],
  ['other lines', of('desired-state/gateway.yaml', HUNK.replace('retry: 3', 'retry: 4')), /hunk 1 .*line 1/],
  [
    'a file beside',
    of('other.yaml', '@@ -1 +1 @@\n-debug: true\n+debug: false\n'),
    /isn't a file that default reads/,
  ],
  [
    'a way out',
    of('desired-state/../other.yaml', '@@ -1 +1 @@\n-debug: true\n+debug: false\n'),
    /isn't a file/,
  ],
  ['settings', added('holdfast.yaml', 'version: 1'), /isn't a YAML file in a directory/],
  ['a new file outside', added('../evil.yaml', 'debug: true'), /isn't a YAML file in a directory/],
  ['a hidden file', added('desired-state/.github/x.yaml', 'debug: true'), /isn't a YAML file in a directory/],
  ['another kind of file', added('desired-state/run.sh', 'true'), /isn't a YAML file in a directory/],
  [
    'a link that leads out',
    added('desired-state/link/x.yaml', 'debug: true'),
    /isn't a YAML file in a directory/,
  ],
  [
    'a file that exists',
    added('desired-state/gateway.yaml', 'debug: true'),
    /exists, so the patch can't add it/,
  ],
  ['a deletion', '--- a/desired-state/gateway.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n', /deletes/],
  ['a rename', `--- a/desired-state/gateway.yaml\n+++ b/desired-state/new.yaml\n${HUNK}`, /renames/],
  ['the same file twice', of('desired-state/gateway.yaml', HUNK).repeat(2), /twice/],
])('%s is refused, and nothing is written', async (_what, text, message) => {
  await symlink(work.dir, join(work.dir, 'desired-state/link'));
  const refused = await patch(text, '--write');
  expect(refused.exit).toBe(EXIT.invalid);
  expect(refused.err).toContain('HF2102');
  expect(refused.err.replaceAll(/\s+/g, ' ')).toMatch(message);
  expect(await read('desired-state/gateway.yaml')).toBe(TEXT);
});

test('a secret in plain text is refused, whatever a comment says, and files that were wrong can be corrected', async () => {
  const secret = HUNK.replace('+1,3', '+1,4').replace(
    ' debug',
    '+api-keys: [plain-secret-value] # holdfast:no-secret\n debug',
  );
  const refused = await patch(of('desired-state/gateway.yaml', secret), '--write');
  expect(refused.err).toContain('HF2101');
  expect(refused.err).not.toContain('plain-secret-value');
  await work.write({ 'desired-state/gateway.yaml': TEXT.replace('debug', 'debgu') });
  const corrected = HUNK.replace(' debug: false', '-debgu: false\n+debug: false');
  expect(await patch(of('desired-state/gateway.yaml', corrected), '--write')).toMatchObject({
    exit: EXIT.ok,
  });
});
