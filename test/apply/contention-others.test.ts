// The law of contention for transactions other than a plain apply.
import { afterEach } from '@jest/globals';
import { hashSync } from 'bcryptjs';
import { restore } from '../../src/apply/apply.ts';
import { editsWith, keepsWhatOthersDo, type Scene } from './contention.ts';
import { DESIRED, GATEWAY_FILE, GATEWAY_FILE_V8, teardown } from './setup.ts';

afterEach(teardown);

const CHANGED = DESIRED.replace('request-retry: 1', 'request-retry: 4');
const KEYS = { TEAM_B: 'sk-test-0003' };

const restoring: Pick<Scene, 'desired' | 'env' | 'prepare' | 'act'> = {
  desired: CHANGED,
  env: KEYS,
  prepare: (fixture) => fixture.reconcile({ allow: [{ guard: 'mass-delete' }] }),
  act: ({ context }, more) => restore({ ...context, ...more }, { backup: 'latest' }),
};

const SCENES: Readonly<Record<string, Scene>> = {
  'a restore': { options: { file: GATEWAY_FILE }, ...restoring },
  'a restore on v8': { options: { file: GATEWAY_FILE_V8, api: 'v8' }, ...restoring },
  'a rotation of the management secret': {
    options: {
      file: GATEWAY_FILE.replace(
        'allow-remote: false',
        `allow-remote: false\n  secret-key: ${hashSync('mgmt-secret-old', 4)}`,
      ),
      keys: ['mgmt-secret-old', 'mgmt-secret-new'],
    },
    desired: `${CHANGED}remote-management:\n  secret-key: \${env:NEXT}\n`,
    env: { ...KEYS, NEXT: 'mgmt-secret-new' },
  },
};

const EDITS = editsWith('sk-test-panel');

keepsWhatOthersDo(SCENES, EDITS);
