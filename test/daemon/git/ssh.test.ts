// ssh, with a program of that name that shows what it was called with and then does what the server would.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { follow, leave, type Remote, remote, settingsFor } from './remote.ts';

const PATH = process.env['PATH'];
afterEach(async () => {
  process.env['PATH'] = PATH;
  await leave();
});

/** `said` is what the program prints instead of doing anything. */
async function fakeSsh(one: Remote, said?: string): Promise<string> {
  const dir = join(one.dir, 'bin');
  const log = join(one.dir, 'arguments');
  const then = said === undefined ? 'for last; do :; done; eval "$last"' : `echo '${said}' >&2; exit 255`;
  await mkdir(dir);
  await writeFile(join(dir, 'ssh'), `#!/bin/sh\nfor one; do echo "$one"; done >> '${log}'\n${then}\n`);
  await chmod(join(dir, 'ssh'), 0o755);
  process.env['PATH'] = `${dir}:${PATH}`;
  return log;
}

describe('a repository behind ssh', () => {
  test('is read with the key of the settings alone, from a host that is known', async () => {
    const one = await remote();
    const first = await one.push({ 'a.yaml': 'a: 1\n' });
    const log = await fakeSsh(one);
    const ssh = { key: "/keys/it's a key%", knownHosts: '/keys/known hosts' };
    const following = await follow(settingsFor(one, { url: `ssh://git@git.example${one.url}`, ssh }));
    expect([following.commit(), following.problem()]).toEqual([first, '']);
    const words = (await readFile(log, 'utf8')).split('\n');
    expect(words).toEqual(
      expect.arrayContaining([
        'BatchMode=yes',
        'StrictHostKeyChecking=yes',
        'UserKnownHostsFile="/keys/known hosts"',
        `IdentityFile="/keys/it's a key%%"`,
        'IdentitiesOnly=yes',
        'git@git.example',
      ]),
    );
  });

  test.each([
    ['HF7019', 'Host key verification failed.'],
    ['HF7012', 'git@git.example: Permission denied (publickey).'],
    ['HF7011', 'ssh: connect to host git.example port 22: Connection refused'],
  ])("that can't be reached reports why: %s", async (code, said) => {
    const one = await remote();
    await fakeSsh(one, said);
    const following = await follow(settingsFor(one, { url: 'git@git.example:team/gateways.git' }));
    expect(following.problem()).toMatch(new RegExp(`^${code}: git@git\\.example:team/gateways\\.git: `));
  });
});
