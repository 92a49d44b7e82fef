// Who serves a model, as a short tree; and which models a plan would route elsewhere.
import { keyText } from '../../domain/named-key.ts';
import type { Style } from './style.ts';

export interface ServingView {
  /** The list of the configuration that it is in; `auth-files` for accounts. */
  readonly family: string;
  readonly provider: string;
  /** Fingerprint of its key. */
  readonly key?: string;
  /** Its name in the settings. */
  readonly name?: string;
  readonly baseUrl: string;
  readonly weight: number;
  /** What the upstream is asked for; several names take turns. */
  readonly upstream: readonly string[];
  /** Of an account: its file, and what the gateway says about it. */
  readonly account?: { readonly name: string; readonly state: string; readonly until?: string };
}

export interface RouteView {
  readonly target: string;
  readonly model: string;
  readonly strategy: string;
  readonly tiers: readonly { readonly priority: number; readonly credentials: readonly ServingView[] }[];
  readonly notServing: readonly (ServingView & { readonly why: string; readonly by: string })[];
  /** Offer models of the gateway's own list, which it didn't tell. */
  readonly unknown: readonly ServingView[];
  /** Disabled accounts beside those in `notServing`. The gateway doesn't tell which models they would offer. */
  readonly disabledAccounts: number;
  /** False: the gateway doesn't show its accounts, so none are here. */
  readonly showsAccounts: boolean;
  /** Settings that the plan changes. Accounts are shown with the models that they have before it. */
  readonly accountsUnder: readonly string[];
}

/** `plan --routes` of a target. */
export interface RouteChangesView {
  readonly target: string;
  readonly changes: readonly RouteChangeView[];
  /** As in `RouteView`: for accounts, the effect of these isn't among the changes. */
  readonly accountsUnder: readonly string[];
}

export interface RouteChangeView {
  readonly model: string;
  readonly before: readonly ServingView[];
  readonly after: readonly ServingView[];
}

/** Longer lists of credentials are cut. */
const MOST = 20;

export function routeText(view: RouteView, style: Style): string {
  const { target, model, strategy, tiers, notServing, unknown } = view;
  const title = `${style.accent(style.bold(target))}  ${style.bold(model)}  ${style.dim(strategy)}`;
  return [
    title,
    ...(tiers.length === 0 ? [`  ${style.bad('no credential serves this model')}`] : []),
    ...tiers.flatMap((tier, i) => [
      `  ${i === 0 ? 'first' : 'then'}, priority ${tier.priority}: ${turns(strategy, tier.credentials.length)}`,
      ...shortened(tier.credentials, (one) => `    ${nameOf(one)}${detail(one, model, strategy, style)}`),
    ]),
    ...(notServing.length > 0 ? ['  not serving it:'] : []),
    ...shortened(notServing, (one) => `    ${nameOf(one)}  ${style.dim(reason(one))}`),
    ...(unknown.length > 0 ? ["  can serve it, because they offer the gateway's own models:"] : []),
    ...shortened(unknown, (one) => `    ${nameOf(one)}`),
    ...notTold(view).map((line) => `  ${style.dim(line)}`),
    '',
  ].join('\n');
}

/** What the gateway keeps to itself and would decide. */
function notTold({ tiers, disabledAccounts, showsAccounts, accountsUnder }: RouteView): string[] {
  const serving = tiers.flatMap(({ credentials }) => credentials);
  const failed = serving.some(({ account }) => account && account.state !== 'ok');
  return [
    ...(serving.some(({ account }) => !account)
      ? ['not told by the gateway: which API keys it skips for some time because they failed']
      : []),
    ...(failed ? ['not told by the gateway: for which models the accounts marked above failed'] : []),
    ...(disabledAccounts > 0
      ? [`not told by the gateway: the models of ${disabledAccounts} disabled ${plural(disabledAccounts)}`]
      : []),
    ...(showsAccounts ? [] : ['not told by the gateway: its accounts (OAuth files), which can serve it too']),
    ...asNow(accountsUnder),
  ];
}

/** A line if what accounts offer after the plan isn't known. */
export const asNow = (accountsUnder: readonly string[]): readonly string[] =>
  accountsUnder.length === 0
    ? []
    : [`accounts are shown with the models they offer now; the plan changes ${accountsUnder.join(', ')}`];

const plural = (count: number): string => (count === 1 ? 'account' : 'accounts');

function turns(strategy: string, count: number): string {
  if (count === 1) return 'one credential';
  if (strategy === 'fill-first') return `${count} credentials, the next one when the one before fails`;
  return `${count} credentials in turn${strategy === 'weighted-round-robin' ? ', by weight' : ''}`;
}

function shortened<T>(all: readonly T[], line: (one: T) => string): string[] {
  const lines = all.slice(0, MOST).map(line);
  return all.length > MOST ? [...lines, `    … and ${all.length - MOST} more`] : lines;
}

const nameOf = (one: ServingView): string =>
  [
    one.provider.replace(/^openai-compatible-/, ''),
    one.account ? `account ${one.account.name}` : keyText(one),
    one.baseUrl,
  ]
    .filter(Boolean)
    .join('  ');

function detail(one: ServingView, model: string, strategy: string, style: Style): string {
  const { upstream, weight, account } = one;
  const other = upstream.some((name) => name !== model) ? `as ${upstream.join(', ')}` : '';
  const share = strategy === 'weighted-round-robin' ? `weight ${weight}` : '';
  const facts = [other, share, account ? stateText(account) : ''].filter(Boolean).join(', ');
  return facts === '' ? '' : `  ${style.dim(facts)}`;
}

function stateText({ state, until }: { readonly state: string; readonly until?: string }): string {
  if (state === 'unavailable') return until === undefined ? 'unavailable' : `unavailable until ${until}`;
  return state === 'error' ? 'a request failed' : '';
}

function reason({ why, by }: { readonly why: string; readonly by: string }): string {
  if (why === 'disabled') return 'disabled';
  if (why === 'not-listed') return "the gateway doesn't list the model for this account";
  return why === 'excluded' ? `excluded by \`${by}\`` : `only as \`${by}\``;
}

/** `kimi  openrouter → deepseek`; nothing where no model changes. */
export function routeChangesText({ target, changes, accountsUnder }: RouteChangesView, style: Style): string {
  const title = `${style.accent(style.bold(target))}  ${style.bold('Routes')}`;
  const none = changes.length === 0 ? ['  no model is served by other credentials'] : [];
  const notes = asNow(accountsUnder).map((line) => `  ${style.dim(line)}`);
  const lines = changes.map(
    ({ model, before, after }) =>
      `  ${style.bold(model)}  ${groupText(before)} → ${after.length === 0 ? style.bad('nobody') : groupText(after)}`,
  );
  return `${[title, ...none, ...shortened(lines, (line) => line), ...notes].join('\n')}\n`;
}

/** Providers with the number of their keys; a single key by its fingerprint. */
export function groupText(serving: readonly ServingView[]): string {
  if (serving.length === 0) return 'nobody';
  return [...Map.groupBy(serving, ({ provider }) => provider.replace(/^openai-compatible-/, ''))]
    .map(([provider, members]) => {
      const [one] = members;
      const accounts = members.filter(({ account }) => account).length;
      const kind = accounts === 0 ? 'keys' : accounts === members.length ? 'accounts' : 'keys and accounts';
      if (members.length > 1) return `${provider} (${members.length} ${kind})`;
      // File names are often e-mail addresses, and this text goes into pull requests.
      if (accounts === 1) return `${provider} account`;
      return one?.key === undefined ? provider : `${provider} ${keyText(one)}`;
    })
    .join(', ');
}
