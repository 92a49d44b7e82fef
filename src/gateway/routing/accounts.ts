// Accounts from credential files as credentials that serve models. Their models, priority and weight are what the
// gateway says (C v0 §7); the configuration only says why a model is missing. Pure.
import { listOf, sameValue, type Tree, treeOf } from '../../lib/value.ts';
import { wildcards } from '../../lib/wildcard.ts';
import type { AccountState, BuiltInModels, Credential, Hidden } from './credentials.ts';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly priority: number;
  readonly weight: number;
  readonly disabled: boolean;
  readonly failing: boolean;
  readonly unavailable: boolean;
  /** ISO 8601. */
  readonly nextRetryAfter?: string;
  /** The names that clients can ask for. Undefined: the gateway didn't tell. */
  readonly models: readonly string[] | undefined;
}

/** Settings that change which models accounts offer, and under which names. */
const DECISIVE = ['oauth-excluded-models', 'oauth-model-alias', 'force-model-prefix'] as const;

/** Those of them that a plan changes. What accounts offer after it isn't known. */
export const changedForAccounts = (now: Tree, after: Tree): readonly string[] =>
  DECISIVE.filter((key) => !sameValue(now[key] ?? null, after[key] ?? null));

/** `now`: ms since the epoch. */
export function accountCredentials(
  accounts: readonly Account[],
  { memory, builtIn, now }: { readonly memory: Tree; readonly builtIn: BuiltInModels; readonly now: number },
): readonly Credential[] {
  return accounts.map((account) => {
    const { id, provider, priority, weight, disabled, models } = account;
    return {
      family: 'auth-files',
      place: [],
      provider,
      id,
      secret: '',
      baseUrl: '',
      priority,
      weight,
      // The gateway doesn't tell which name the upstream is asked for.
      models: new Map((models ?? []).map((name) => [name, []])),
      repeated: new Map(),
      hidden: models === undefined ? [] : hiddenOf(account, models, { memory, builtIn }),
      offersUnknown: models === undefined && !disabled,
      account: stateOf(account, now),
    };
  });
}

function stateOf(
  { name, disabled, failing, unavailable, nextRetryAfter }: Account,
  now: number,
): AccountState {
  if (disabled) return { name, state: 'disabled' };
  // The gateway keeps the mark after the time is over, and uses the account again.
  const over = nextRetryAfter !== undefined && Date.parse(nextRetryAfter) <= now;
  if (unavailable && !over)
    return { name, state: 'unavailable', ...(nextRetryAfter !== undefined && { until: nextRetryAfter }) };
  return { name, state: failing ? 'error' : 'ok' };
}

/** Models of its channel that it doesn't offer. */
function hiddenOf(
  { name, provider, disabled }: Account,
  offered: readonly string[],
  { memory, builtIn }: { readonly memory: Tree; readonly builtIn: BuiltInModels },
): readonly Hidden[] {
  const names = new Set(offered);
  const patterns = listOf(treeOf(memory['oauth-excluded-models'])[provider])
    .map((pattern) => String(pattern).trim().toLowerCase())
    .filter(Boolean);
  return (builtIn(provider) ?? [])
    .filter((model) => !names.has(model))
    .map((model) => {
      if (disabled) return { model, why: 'disabled', by: name };
      const prefixed = offered.find((other) => other.endsWith(`/${model}`));
      if (prefixed !== undefined) return { model, why: 'prefix', by: prefixed };
      const by = patterns.find((pattern) => wildcards([pattern]).test(model.toLowerCase()));
      return by === undefined ? { model, why: 'not-listed', by: name } : { model, why: 'excluded', by };
    });
}
