// Variables with which a program finds `sops` and a key of age: the program of this machine, or else its stand-in.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';

/** `dir`: for the key and the program. */
export async function withSops(dir: string): Promise<Readonly<Record<string, string>>> {
  const identity = await generateX25519Identity();
  mkdirSync(join(dir, 'bin'), { recursive: true });
  const keyFile = join(dir, 'bin', 'age.key');
  writeFileSync(keyFile, `${identity}\n`, { mode: 0o600 });
  const path = process.env['PATH'] ?? '';
  if (!path.split(delimiter).some((each) => isProgram(join(each, 'sops')))) {
    const program = join(dir, 'bin', 'sops');
    const script = new URL('sops.ts', import.meta.url).pathname;
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${script}' "$@"\n`);
    chmodSync(program, 0o755);
  }
  return {
    SOPS_AGE_KEY_FILE: keyFile,
    SOPS_AGE_RECIPIENTS: await identityToRecipient(identity),
    PATH: `${join(dir, 'bin')}${delimiter}${path}`,
  };
}

/** Whether it is a `sops` that can encrypt a text for a file that isn't there yet. */
function isProgram(path: string): boolean {
  const { stdout } = spawnSync(path, ['--help'], { encoding: 'utf8' });
  return typeof stdout === 'string' && stdout.includes('--filename-override');
}
