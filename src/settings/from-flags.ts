// Settings without a settings file: one target from flags and variables (design §6).
import { resolve } from 'node:path';
import type { Problem } from '../domain/problem/problem.ts';
import { seal } from '../domain/secret.ts';
import type { Policy, Target } from '../domain/target.ts';
import { digestKeyOf, modeOf, urlOf, withFlags } from './common.ts';
import { DEFAULT_MCP } from './mcp.ts';
import { referencesOf } from './references.ts';
import { keysOfEnvironment, keysOfFlags } from './keys.ts';
import { DEFAULT_POLICY } from './policy.ts';
import type { Settings, SettingsRequest } from './shape.ts';

export const DEFAULT_URL = 'http://127.0.0.1:8317';
export const DEFAULT_DRIFT = '*/5 * * * *';

export async function settingsFromFlags(
  request: SettingsRequest,
): Promise<{ settings?: Settings; problems: readonly Problem[] }> {
  const { flags, cwd, env } = request;
  const found = (await keysOfFlags(flags, cwd)) ?? keysOfEnvironment(env);
  const named = flags.url ?? nonBlank(env['HOLDFAST_URL']);
  const url = urlOf(named ?? DEFAULT_URL, { setting: flags.url === undefined ? 'HOLDFAST_URL' : '--url' });
  const policy = withFlags(DEFAULT_POLICY, flags);
  const problems = [...found.problems, ...url.problems, ...policy.problems];
  if (!url.url) return { problems };
  const target = targetOf(request, url.url, found.keys, policy.policy);
  const stateDir = resolve(cwd, flags.state ?? '.holdfast');
  const secrets = seal(new Set(found.keys.map((key) => key.open())));
  const settings: Settings = {
    targets: [target],
    daemon: { drift: DEFAULT_DRIFT },
    state: { dir: stateDir },
    dir: cwd,
    references: referencesOf(undefined, {
      dir: cwd,
      closed: [stateDir, ...(flags.variables === undefined ? [] : [resolve(cwd, flags.variables)])],
      credentials: secrets,
    }),
    mcp: DEFAULT_MCP,
    watched: found.files,
    secrets,
  };
  return { settings, problems };
}

/** The name of the target that flags and variables describe, without settings. */
export const FLAGS_TARGET = 'default';

function targetOf({ flags, cwd }: SettingsRequest, url: URL, keys: Target['keys'], policy: Policy): Target {
  return {
    name: FLAGS_TARGET,
    url,
    keys,
    desired: (flags.desired ?? ['desired-state']).map((dir) => resolve(cwd, dir)),
    mode: modeOf(flags.mode) ?? 'apply',
    api: 'auto',
    adopted: false,
    probes: { models: [] },
    policy,
    digestKey: digestKeyOf(undefined, keys),
  };
}

function nonBlank(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text;
}
