// Which page is shown, from the fragment of the address: servers don't need to know the pages, and links work below
// a proxy's prefix.
import { signal } from '@preact/signals';

export const TABS = ['plan', 'configuration', 'timeline', 'history', 'backups'] as const;
export type Tab = (typeof TABS)[number];

export type Route =
  | { readonly page: 'overview' }
  /** `run`: an entry of the history, by its ID or the beginning of it. */
  | { readonly page: 'target'; readonly name: string; readonly tab: Tab; readonly run?: string };

export const route = signal<Route>({ page: 'overview' });

export const OVERVIEW = '#/';

export const targetHref = (name: string, tab: Tab = 'plan'): string =>
  `#/targets/${encodeURIComponent(name)}${tab === 'plan' ? '' : `/${tab}`}`;

export const runHref = (name: string, id: string): string =>
  `${targetHref(name, 'history')}/${encodeURIComponent(id)}`;

function routeOf(fragment: string): Route {
  const [, place, name, tab, id] = fragment.replace(/^#/, '').split('/');
  if (place !== 'targets' || !name) return { page: 'overview' };
  const known = TABS.find((one) => one === tab) ?? 'plan';
  const run = known === 'history' && id ? { run: decoded(id) } : {};
  return { page: 'target', name: decoded(name), tab: known, ...run };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A new page starts at its top, and its heading is announced; another tab of the same target isn't a new page. */
export function followRoute(): void {
  const follow = (): void => {
    const [before, next] = [route.peek(), routeOf(location.hash)];
    route.value = next;
    const samePage =
      before.page === next.page && ('name' in before && before.name) === ('name' in next && next.name);
    if (samePage) return;
    window.scrollTo(0, 0);
    requestAnimationFrame(() => document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true }));
  };
  route.value = routeOf(location.hash);
  window.addEventListener('hashchange', follow);
}
