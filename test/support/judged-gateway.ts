// The gateway that judges: a real one where HOLDFAST_TEST_GATEWAY names it (docs/testing.md), else a sandbox of one's own.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from '@jest/globals';
import { systemClock } from '../../src/compose/system-clock.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import { virtualSandbox } from './virtual-clock.ts';

export interface JudgedGateway {
  readonly url: string;
  /** A management key that it accepts. */
  readonly key: string;
  /** Its `config.yaml`, where this machine can reach it. */
  readonly file: string | undefined;
  readonly restart: (() => Promise<void>) | undefined;
  /** The time that its delays go by. */
  readonly clock: Clock;
  close(): Promise<void>;
}

export interface JudgedOptions {
  /** Of a sandbox. `real` for scenarios with processes of their own. `virtual` */
  readonly time?: 'real' | 'virtual';
  /** Of a sandbox: where its management key is. `file` */
  readonly key?: 'file' | 'environment';
}

const { HOLDFAST_TEST_GATEWAY: url, HOLDFAST_TEST_GATEWAY_KEY: key = '' } = process.env;
const { HOLDFAST_TEST_GATEWAY_FILE: file, HOLDFAST_TEST_GATEWAY_RESTART: command } = process.env;

export const isReal = url !== undefined;
/** Whether long campaigns run completely: on a real gateway, and on request. */
export const isWhole = isReal || process.env['HOLDFAST_TEST_WHOLE'] !== undefined;

/** A scenario that needs more than the API of a real gateway. */
export const withFile = isReal && file === undefined ? test.skip : test;
export const withRestart = isReal && command === undefined ? test.skip : test;

export const openJudged = (options: JudgedOptions = {}): Promise<JudgedGateway> =>
  url === undefined ? sandbox(options) : Promise.resolve(real(url));

const real = (address: string): JudgedGateway => ({
  url: address,
  key,
  file,
  restart: command === undefined ? undefined : () => ended(command),
  clock: systemClock,
  close: async () => {},
});

async function ended(program: string): Promise<void> {
  await promisify(execFile)('sh', ['-c', program]);
}

const KEY = 'mgmt-secret-1';

async function sandbox({ time = 'virtual', key: where = 'file' }: JudgedOptions): Promise<JudgedGateway> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-judged-'));
  const config = join(dir, 'config.yaml');
  await writeFile(config, configIn(dir, where));
  const options = {
    file: config,
    port: 0,
    host: '127.0.0.1',
    ...(where === 'environment' && { env: { MANAGEMENT_PASSWORD: KEY } }),
  };
  const opened =
    time === 'virtual'
      ? await virtualSandbox(options)
      : { sandbox: await startSandbox(options), clock: systemClock };
  return {
    url: opened.sandbox.url,
    key: KEY,
    file: config,
    restart: async () => {
      if (!(await opened.sandbox.restart())) throw new Error('the sandbox does not start again');
    },
    clock: opened.clock,
    close: async () => {
      await opened.sandbox.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const configIn = (dir: string, where: 'file' | 'environment'): string => `host: 127.0.0.1
port: 8317
auth-dir: ${dir}/auths
remote-management:
  secret-key: ${where === 'file' ? KEY : '""'}
  disable-control-panel: true
api-keys:
  - sk-test-client-1
`;
