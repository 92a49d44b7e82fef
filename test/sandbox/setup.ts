// A sandbox on a file of its own, and requests to it, in a line each.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { type VirtualClock, virtualSandbox } from '../support/virtual-clock.ts';

export const SECRET = 'mgmt-secret-1';

export const CONFIG = `host: 127.0.0.1
port: 8317
auth-dir: /nowhere/auths
api-keys:
  - sk-test-0001
debug: false
`;

export interface Playground {
  readonly sandbox: Sandbox;
  readonly clock: VirtualClock;
  readonly file: string;
  readonly text: () => string;
  /** Management request with the secret; `null` leaves it out, `key` uses another one. */
  readonly ask: (
    method: string,
    path: string,
    body?: string,
    key?: string | null,
  ) => Promise<{ readonly status: number; readonly body: string; readonly headers: Headers }>;
  /** The response of `/v1/models` to a client key. */
  readonly client: (key?: string) => Promise<number>;
  readonly close: () => Promise<void>;
}

export async function playground(
  config = CONFIG,
  options: Partial<SandboxOptions> = {},
): Promise<Playground> {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-'));
  const file = join(directory, 'config.yaml');
  writeFileSync(file, config);
  const { sandbox, clock } = await virtualSandbox({
    file,
    port: 0,
    env: { MANAGEMENT_PASSWORD: SECRET },
    ...options,
  });
  return {
    sandbox,
    clock,
    file,
    text: () => readFileSync(file, 'utf8'),
    ask: async (method, path, body, key = SECRET) => {
      const answer = await fetch(`${sandbox.url}/v0/management${path}`, {
        method,
        redirect: 'manual',
        headers: { Connection: 'close', ...(key !== null && { Authorization: `Bearer ${key}` }) },
        ...(body !== undefined && { body }),
      });
      return { status: answer.status, body: await answer.text(), headers: answer.headers };
    },
    client: async (key) =>
      (
        await fetch(`${sandbox.url}/v1/models`, {
          headers: key === undefined ? {} : { Authorization: `Bearer ${key}` },
        })
      ).status,
    close: async () => {
      await sandbox.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
