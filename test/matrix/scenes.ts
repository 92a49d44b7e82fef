// The gateways of the fault matrix, each with a plan that changes a value, a list and a map.
import { DESIRED, GATEWAY_FILE, GATEWAY_FILE_V8, type SetupOptions } from '../apply/setup.ts';

export interface Scene {
  readonly title: string;
  readonly options: SetupOptions;
  /** What is declared after the first apply. */
  readonly desired: string;
  readonly env: Readonly<Record<string, string>>;
}

const MORE = `max-retry-interval: 30
oauth-excluded-models:
  claude: [old-model]
`;

const DECLARED = `${DESIRED}${MORE}`;
/** Two requests on v8: the API of v8 replaces a map by a request of its own. */
const CHANGED = DECLARED.replace('request-retry: 1', 'request-retry: 4').replace(
  '\n  claude: [old-model]',
  ' {}',
);
/** The file without comments in lists, which a request to the API of v8 would lose. */
const TREE = GATEWAY_FILE_V8.replace(' # team a', '')
  .replace('request-retry: 1', 'request-retry: 1\n        max-retry-interval: 30')
  .replace('auth-dir: AUTH_DIR', 'auth-dir: AUTH_DIR\n    excluded-models:\n        claude: [old-model]');
const env = { TEAM_B: 'sk-test-0003' };

export const SCENES = {
  v7: {
    title: 'v7',
    options: { file: GATEWAY_FILE + MORE, desired: DECLARED },
    desired: CHANGED,
    env,
  },
  'v7-file': {
    title: 'v7 with the whole file',
    options: { file: GATEWAY_FILE + MORE, desired: DECLARED },
    desired: `${CHANGED}commercial-mode: true\n`,
    env,
  },
  v8: {
    title: 'v8',
    options: { file: TREE, desired: DECLARED, api: 'v8' },
    desired: CHANGED,
    env,
  },
  'v8-flat': {
    title: 'v8 with a flat file',
    options: { file: GATEWAY_FILE + MORE, desired: DECLARED, api: 'v8' },
    desired: CHANGED,
    env,
  },
} as const satisfies Readonly<Record<string, Scene>>;

export type SceneName = keyof typeof SCENES;
