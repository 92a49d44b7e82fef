// Who serves a model, as a short tree; and which models a plan would route elsewhere.
import { keyText } from '../../domain/named-key.ts';
import type { Style } from './style.ts';

export interface ServingView {
  /** The list of the configuration that it is in. */
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
}

export interface RouteView {
  readonly target: string;
  readonly model: string;
  readonly strategy: string;
  readonly tiers: readonly { readonly priority: number; readonly credentials: readonly ServingView[] }[];
  readonly notServing: readonly (ServingView & { readonly why: string; readonly by: string })[];
  /** Offer models of the gateway's own list, which it didn't tell. */
  readonly unknown: readonly ServingView[];
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
    '',
  ].join('\n');
}

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
  [one.provider.replace(/^openai-compatible-/, ''), keyText(one), one.baseUrl].filter(Boolean).join('  ');

function detail({ upstream, weight }: ServingView, model: string, strategy: string, style: Style): string {
  const other = upstream.some((name) => name !== model) ? `as ${upstream.join(', ')}` : '';
  const share = strategy === 'weighted-round-robin' ? `weight ${weight}` : '';
  const facts = [other, share].filter(Boolean).join(', ');
  return facts === '' ? '' : `  ${style.dim(facts)}`;
}

function reason({ why, by }: { readonly why: string; readonly by: string }): string {
  if (why === 'disabled') return 'disabled';
  return why === 'excluded' ? `excluded by \`${by}\`` : `only as \`${by}\``;
}

/** `kimi  openrouter → deepseek`; nothing where no model changes. */
export function routeChangesText(target: string, changes: readonly RouteChangeView[], style: Style): string {
  const title = `${style.accent(style.bold(target))}  ${style.bold('Routes')}`;
  if (changes.length === 0) return `${title}\n  no model is served by other credentials\n`;
  const lines = changes.map(
    ({ model, before, after }) =>
      `  ${style.bold(model)}  ${groupText(before)} → ${after.length === 0 ? style.bad('nobody') : groupText(after)}`,
  );
  return `${[title, ...shortened(lines, (line) => line)].join('\n')}\n`;
}

/** Providers with the number of their keys; a single key by its fingerprint. */
export function groupText(serving: readonly ServingView[]): string {
  if (serving.length === 0) return 'nobody';
  return [...Map.groupBy(serving, ({ provider }) => provider.replace(/^openai-compatible-/, ''))]
    .map(([provider, members]) => {
      const [one] = members;
      if (members.length > 1) return `${provider} (${members.length} keys)`;
      return one?.key === undefined ? provider : `${provider} ${keyText(one)}`;
    })
    .join(', ');
}
