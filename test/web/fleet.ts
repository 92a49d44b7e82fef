// A fleet of gateways as a daemon would show it, at one fixed moment, with every standing and with names that want to act.
import type { Outcome } from '../../src/domain/outcome/outcome.ts';
import type { Plan } from '../../src/domain/plan/plan.ts';
import type { Problem } from '../../src/domain/problem/problem.ts';
import type {
  BackupDiffView,
  BackupsView,
  ConfigurationView,
  HistoryView,
  LooksView,
  PlanView,
  Source,
  TargetsView,
  TargetView,
} from '../../src/api-schema/views.ts';
import { aChange, aPlan, applied, aVerdict, aWrite } from '../support/build-plan.ts';

/** 14:03 UTC. */
export const NOW = Date.UTC(2026, 10, 23, 14, 3, 12);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Runs when a page makes markup of it. */
export const HOSTILE = '<img src=x onerror="window.hacked=1">';
/** Turns the direction of what follows: `exe.cod` would read as `doc.exe`. */
export const TURNED = 'invoice\u202Efdp.exe';

type Revision = NonNullable<TargetView['applied']>['revision'];

const COMMITS = {
  models: ['9c41d07e', 'platform-team', 'Route kimi-k2 through OpenRouter, keep the old alias for a week'],
  keys: ['51be0a93', 'key-rotation', 'Rotate the client keys of the batch workers'],
  retry: ['e07f66c2', 'platform-team', 'Retry three times, and cool down quota errors'],
  hostile: ['0badc0de', '"><script>window.hacked=1</script>', HOSTILE],
} as const;

export function revision(name: keyof typeof COMMITS): Revision {
  const [sha, author, subject] = COMMITS[name];
  return {
    digest: `${sha}3f2a9c1b`.padEnd(64, '0'),
    commit: { sha: sha.padEnd(40, '4'), author, subject, at: NOW - 3 * HOUR, dirty: false },
  };
}

export function aTarget(name: string, parts: Partial<TargetView> = {}): TargetView {
  return {
    name,
    url: `https://${name}.gateways.example:8317`,
    mode: 'apply',
    standing: 'in-sync',
    differences: 0,
    applied: { revision: revision('models'), at: NOW - 2 * HOUR },
    lastOutcome: { kind: 'in-sync', at: NOW - 4 * MINUTE, summary: 'in sync (deep check)' },
    lastDeepCheck: { at: NOW - 4 * MINUTE, inSync: true },
    lastShallowCheck: { at: NOW - 64 * MINUTE, inSync: true },
    nextLookAt: NOW + 6 * MINUTE,
    rollback: { revision: revision('retry'), at: NOW - DAY },
    released: [],
    contested: [],
    gateway: { version: 'v7.2.140', api: 'v0', through: 'v0' },
    ...parts,
  };
}

const saying = (kind: string, minutes: number, summary: string): Partial<TargetView> => ({
  lastOutcome: { kind, at: NOW - minutes * MINUTE, summary },
});

const GATEWAYS: readonly TargetView[] = [
  aTarget('eu-frankfurt-1'),
  aTarget('eu-frankfurt-2', {
    nextLookAt: NOW + 2 * MINUTE,
    frozen: [{ until: NOW + 4 * HOUR, window: '0 8 * * mon-fri for 10h Europe/Berlin' }],
  }),
  aTarget('eu-paris', {
    standing: 'refused',
    differences: 9,
    ...saying('refused', 12, 'refused by mass-delete'),
  }),
  aTarget('us-east', {
    standing: 'drifted',
    differences: 3,
    mode: 'observe',
    ...saying('drifted', 3, 'drifted: nothing to do; 3 differences not changed'),
  }),
  aTarget('us-west', {
    standing: 'rolled-back',
    differences: 2,
    applied: { revision: revision('keys'), at: NOW - 3 * DAY },
    ...saying(
      'rolled-back',
      41,
      'rolled back (exact): client key sk-…(7f3a9c01) was refused after the write',
    ),
  }),
  aTarget('ap-tokyo', {
    standing: 'needs-a-person',
    differences: 4,
    applied: { revision: revision('keys'), at: NOW - 3 * DAY },
    ...saying(
      'rollback-failed',
      8,
      'ROLLBACK FAILED, manual action required: the gateway does not answer any more',
    ),
  }),
  aTarget('ap-singapore', {
    standing: 'suspended',
    suspension: {
      until: NOW + 95 * MINUTE,
      reason: 'Host moves to another rack, ask the platform team',
      by: 'jonas',
    },
    ...saying('suspended', 25, 'suspended until 15:38: Host moves to another rack, ask the platform team'),
  }),
  aTarget('staging', {
    standing: 'quarantined',
    differences: 2,
    quarantine: { since: NOW - 41 * MINUTE, reason: 'the alias kimi was not listed after the write' },
    applied: { revision: revision('retry'), at: NOW - DAY },
    ...saying('quarantined', 41, "this revision failed before and isn't tried again"),
  }),
  aTarget('lab', {
    standing: 'contested',
    differences: 1,
    contested: ['ws-auth', 'oauth-model-alias.claude[sonnet]'],
    mode: 'enforce',
    ...saying(
      'contested',
      7,
      'contested: something keeps changing ws-auth back, so Holdfast no longer corrects it',
    ),
  }),
  aTarget('sa-saopaulo', {
    standing: 'in-sync',
    step: 'settle',
    gateway: { version: 'v8.0.31', api: 'v8', through: 'v0' },
    ...saying('applied', 0, 'applied and verified 4 changes'),
  }),
  aTarget('edge-with-a-very-long-name-that-somebody-thought-was-a-good-idea', {
    url: 'https://edge-with-a-very-long-name.internal.corp.example.com:48317/behind/a/prefix',
    applied: { revision: revision('hostile'), at: NOW - 5 * HOUR },
    lastOutcome: { kind: 'in-sync', at: NOW - 9 * MINUTE, summary: `${HOSTILE} ${TURNED}` },
  }),
];

/** Those of a region have its name as a label. */
export const FLEET: readonly TargetView[] = GATEWAYS.map((target) => {
  const [, region] = /^(eu|us|ap)-/.exec(target.name) ?? [];
  return region === undefined ? target : { ...target, labels: { region } };
});

export const SOURCE: Source = {
  url: 'https://git.example/platform/gateways.git',
  ref: 'main',
  commit: {
    sha: '9c41d07e'.padEnd(40, '4'),
    author: 'platform-team',
    subject: 'Route kimi-k2 through OpenRouter, keep the old alias for a week',
    at: NOW - 3 * HOUR,
  },
  askedAt: NOW - 20 * SECOND,
  answeredAt: NOW - 20 * SECOND,
};

export function targetsView(
  targets: readonly TargetView[] = FLEET,
  parts: Partial<TargetsView> = {},
): TargetsView {
  return {
    version: '0.1.0',
    startedAt: NOW - 9 * DAY,
    now: NOW,
    drift: '*/10 * * * *',
    stateIsNew: false,
    source: SOURCE,
    targets: [...targets],
    ...parts,
  };
}

/** As many as a large installation has. */
export function manyTargets(count: number): readonly TargetView[] {
  const kinds = [
    'in-sync',
    'in-sync',
    'in-sync',
    'in-sync',
    'drifted',
    'suspended',
    'refused',
    'unreachable',
  ];
  return Array.from({ length: count }, (_, i) =>
    aTarget(`gw-${String(i + 1).padStart(3, '0')}`, { standing: kinds[i % kinds.length] ?? 'unknown' }),
  );
}

const PROBLEM: Problem = {
  code: 'HF4002',
  severity: 'warning',
  message: 'The gateway keeps one list entry that no file declares',
  remedy: 'Declare it, or remove it by `--prune`.',
  position: { file: 'desired-state/providers.yaml', line: 31, column: 5 },
  path: 'openai-compatibility[groq]',
};

function without<T, K extends keyof T>(name: K, whole: T): Omit<T, K> {
  const { [name]: _, ...rest } = whole;
  return rest;
}

/** A plan with every kind of change, a refusal and an allowance. */
export const PLAN: Plan = aPlan({
  target: 'eu-paris',
  createdAt: new Date(NOW - 12 * MINUTE).toISOString(),
  changes: [
    aChange({ id: 'c1', path: 'request-retry', before: 2, after: 3 }),
    without(
      'before',
      aChange({
        id: 'c2',
        kind: 'add',
        path: 'openai-compatibility[openrouter]',
        after: {
          name: 'openrouter',
          'base-url': 'https://openrouter.example/api/v1',
          'api-key-entries': [{ 'api-key': { $secret: '1a2b3c4d' }, 'proxy-url': '' }],
          models: [
            { name: 'moonshotai/kimi-k2', alias: 'kimi' },
            { name: 'qwen/qwen3-coder', alias: 'qwen' },
          ],
        },
        position: { file: 'desired-state/providers.yaml', line: 12, column: 5 },
        origin: 'first',
        consequences: [{ severity: 'note', text: 'Clients see the aliases kimi and qwen within a second.' }],
      }),
    ),
    aChange({
      id: 'c3',
      path: 'openai-compatibility[groq].headers',
      before: { 'X-Team': 'platform', 'X-Cost-Center': '4711' },
      after: { 'X-Team': 'platform', 'X-Trace': HOSTILE },
      position: { file: 'desired-state/providers.yaml', line: 33, column: 7 },
      origin: 'both',
      consequences: [
        {
          severity: 'warning',
          text: 'The gateway merges headers: the removed one needs a PUT of the whole list.',
        },
      ],
    }),
    ...['7f3a9c01', '0c55d2e8', '99ab01fe', 'e2d4c6b8'].map((fingerprint, i) =>
      without(
        'after',
        aChange({
          id: `c${4 + i}`,
          kind: 'remove',
          path: `api-keys[#${fingerprint}]`,
          before: { $secret: fingerprint },
          position: { file: 'desired-state/clients.yaml', line: 3, column: 1 },
          consequences: [{ severity: 'danger', text: 'Clients that use this key are refused from then on.' }],
        }),
      ),
    ),
    aChange({
      id: 'c8',
      path: 'ws-auth',
      before: false,
      after: true,
      origin: 'drift',
      attribution: 'panel-toggle',
      disposition: 'report',
    }),
    aChange({
      id: 'c9',
      kind: 'rename',
      path: 'oauth-model-alias.claude[sonnet]',
      before: 'sonnet',
      after: 'claude-sonnet',
      restart: true,
    }),
  ],
  writes: [
    aWrite({ makes: ['c1'] }),
    aWrite({
      id: 'w2',
      path: '/v0/management/openai-compatibility',
      body: [
        { name: 'groq', headers: { 'X-Team': 'platform', 'X-Trace': HOSTILE } },
        { name: 'openrouter', 'api-key-entries': [{ 'api-key': { $secret: '1a2b3c4d' } }] },
      ],
      makes: ['c2', 'c3'],
      footprint: {
        paths: ['openai-compatibility'],
        defaults: ['openai-compatibility.*.priority'],
        secretHash: false,
      },
      reason: 'a removed header comes back after a PATCH, so the whole list is sent',
    }),
    without(
      'body',
      aWrite({
        id: 'w3',
        method: 'DELETE',
        path: '/v0/management/api-keys',
        query: { index: '0' },
        footprint: { paths: ['api-keys'], defaults: [], secretHash: false },
        makes: ['c4', 'c5', 'c6', 'c7'],
        reason: 'entries go by index, from the last to the first',
      }),
    ),
  ],
  verdicts: [
    aVerdict({
      message: 'removes 4 of 6 entries, 67 %; at most 30 % is allowed',
      changes: ['c4', 'c5', 'c6', 'c7'],
    }),
    aVerdict({
      guard: 'takeover',
      path: 'openai-compatibility[groq].headers["X-Trace"]',
      message: 'replaces a value that somebody else put there',
      remedy: 'Look at the value on the gateway first.',
      override: `--allow 'takeover:openai-compatibility[groq].headers["X-Trace"]'`,
      allowed: true,
      changes: ['c3'],
    }),
  ],
  released: ['gemini-api-key[#aa01bb02]'],
  ignored: ['logging-to-file'],
  notes: [PROBLEM],
});

export const ROLLBACK_FAILED: Outcome = {
  kind: 'rollback-failed',
  target: 'ap-tokyo',
  at: NOW - 8 * MINUTE,
  durationMs: 21_400,
  requests: { observe: 2, write: 2, verify: 4 },
  problems: [],
  backup: '20261123T135501Z-1a2b3c4d',
  reason: 'the gateway does not answer any more',
  remedy: [
    'Log in to the host of the gateway and stop it.',
    'Copy .holdfast/targets/ap-tokyo/backups/20261123T135501Z-1a2b3c4d/config.yaml over its config.yaml.',
    'Start it, then run: holdfast drift --target ap-tokyo',
  ],
  evidence: [{ check: 'declared values in memory', passed: false, detail: 'no answer within 10 s' }],
};

const INVALID: Outcome = {
  kind: 'refused',
  target: 'eu-paris',
  at: NOW - 12 * MINUTE,
  durationMs: 812,
  requests: { observe: 2 },
  problems: [],
};

export const planViews: Readonly<Record<string, PlanView>> = {
  'eu-paris': { plan: PLAN, at: NOW - 12 * MINUTE, outcome: INVALID },
  'ap-tokyo': { outcome: ROLLBACK_FAILED },
};

/** Every ten minutes for two days, with drift that appeared, grew and was corrected. */
export const LOOKS: LooksView = {
  looks: Array.from({ length: 288 }, (_, i) => {
    const drifting = i > 40 && i < 75;
    return {
      at: NOW - (4 + i * 10) * MINUTE,
      trigger: i % 36 === 0 ? 'source' : 'schedule',
      outcome:
        i === 40 || i === 160
          ? 'applied'
          : i === 110
            ? 'unreachable'
            : i < 2
              ? 'refused'
              : drifting
                ? 'drifted'
                : 'in-sync',
      differences: i < 2 ? 9 : drifting ? 1 + ((75 - i) % 5) : 0,
      durationMs: i === 40 || i === 160 ? 3400 : i === 110 ? 2000 : 180 + ((i * 37) % 140),
      requests: i === 40 ? 14 : 2,
    };
  }),
  more: false,
};

export const HISTORY: HistoryView = {
  more: false,
  entries: [
    {
      id: '20261123T120312Z-0007',
      at: NOW - 2 * HOUR,
      outcome: 'applied',
      revision: revision('models'),
      planDigest: 'd1'.padEnd(64, '7'),
      changes: ['~ request-retry 2 → 3', '+ openai-compatibility[openrouter]', `~ debug ${HOSTILE}`],
      writes: ['PUT /v0/management/request-retry', 'PUT /v0/management/openai-compatibility'],
      backup: '20261123T120301Z-5e6f7a8b',
      evidence: [
        { check: 'declared values in memory', passed: true, detail: '12 paths' },
        { check: 'declared values in the file', passed: true, detail: '12 paths' },
        { check: 'anonymous calls are refused', passed: true, detail: '401' },
      ],
      problems: [],
      durationMs: 3420,
      requests: { observe: 2, write: 2, verify: 6 },
      by: 'operator',
    },
    {
      id: '20261120T091500Z-0006',
      at: NOW - 3 * DAY,
      outcome: 'rolled-back',
      revision: revision('hostile'),
      changes: ['- api-keys[#7f3a9c01]'],
      writes: ['DELETE /v0/management/api-keys?index=0'],
      backup: '20261120T091458Z-1a2b3c4d',
      evidence: [{ check: 'the removed client key is refused', passed: false, detail: 'still answered 200' }],
      problems: ['HF5003: the gateway kept a removed key'],
      durationMs: 18_200,
      requests: { observe: 2, write: 2, verify: 9 },
      by: HOSTILE,
    },
  ],
};

export const BACKUPS: BackupsView = {
  backups: [
    ['20261123T120301Z-5e6f7a8b', 2 * HOUR, 'before-apply', false],
    ['20261120T091458Z-1a2b3c4d', 3 * DAY, 'before-apply', true],
    ['20261101T080000Z-9a8b7c6d', 22 * DAY, 'manual', true],
  ].map(([id, age, reason, pinned]) => ({
    id: String(id),
    at: NOW - Number(age),
    reason: String(reason),
    bytes: 18_432,
    sha256: '5e6f7a8b'.padEnd(64, 'c'),
    pinned: Boolean(pinned),
  })),
};

export const appliedOutcome = (target: string): Outcome =>
  applied({
    target,
    at: NOW,
    evidence: [
      { check: 'declared values in memory', passed: true, detail: '12 paths' },
      { check: 'declared values in the file', passed: true, detail: '12 paths' },
    ],
  });

export const BACKUP_DIFF: BackupDiffView = {
  same: false,
  added: [`openai-compatibility[${HOSTILE}]`],
  removed: ['api-keys'],
  changed: ['request-retry'],
};

export const CONFIGURATION: ConfigurationView = {
  at: NOW - 2 * SECOND,
  sections: [
    { path: 'request-retry', declared: 3, live: 2, differences: 1 },
    {
      path: 'api-keys',
      declared: [{ $secret: '1a2b3c4d', reference: 'LAPTOP_KEY' }, { $secret: '5e6f7a8b' }],
      live: [{ $secret: '1a2b3c4d', reference: 'LAPTOP_KEY' }, { $secret: '5e6f7a8b' }],
      differences: 0,
    },
    {
      path: 'openai-compatibility',
      declared: [{ name: 'openrouter', models: [{ name: 'moonshotai/kimi-k2', alias: 'kimi' }] }],
      live: [
        { name: 'openrouter', models: [{ name: 'moonshotai/kimi-k2', alias: HOSTILE }] },
        { name: TURNED, models: [] },
      ],
      differences: 2,
    },
    { path: 'logging-to-file', live: true, differences: 0 },
    { path: 'payload', differences: 0, tooLarge: true },
  ],
  models: ['kimi', 'qwen', ...Array.from({ length: 60 }, (_, i) => `team/model-${i}`)],
  accounts: [
    { name: 'claude-anna.json', provider: 'claude', state: 'ok', status: 'active' },
    {
      name: 'codex-with-a-very-long-name-that-somebody-thought-was-a-good-idea@example.com.json',
      provider: 'codex',
      state: 'error',
      status: 'error',
      nextRetryAfter: '2026-11-23T15:00:00Z',
    },
  ],
};
