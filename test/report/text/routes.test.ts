// A route as text: accounts beside keys, and what the gateway doesn't tell.
import { expect, test } from '@jest/globals';
import {
  groupText,
  routeChangesText,
  type RouteView,
  routeText,
  type ServingView,
} from '../../../src/report/text/routes.ts';
import { PLAIN } from '../../../src/report/text/style.ts';

const key: ServingView = {
  family: 'xai-api-key',
  provider: 'xai',
  key: '#57b910f1',
  baseUrl: 'https://x.example',
  weight: 1,
  upstream: ['grok-4.5'],
};
const account = (name: string, state: string, until?: string): ServingView => ({
  family: 'auth-files',
  provider: 'xai',
  baseUrl: '',
  weight: 1,
  upstream: [],
  account: { name, state, ...(until !== undefined && { until }) },
});
const view: RouteView = {
  target: 'home',
  model: 'grok-4.5',
  strategy: 'fill-first',
  tiers: [],
  notServing: [],
  unknown: [],
  disabledAccounts: 0,
  showsAccounts: true,
  accountsUnder: [],
};
const textOf = (more: Partial<RouteView>): string => routeText({ ...view, ...more }, PLAIN);

test('accounts stand beside keys, with what the gateway says about them', () => {
  const credentials = [
    account('d.json', 'unavailable', '2026-11-30T12:00:09Z'),
    account('e.json', 'error'),
    account('f.json', 'ok'),
    key,
  ];
  const off = { ...account('g.json', 'disabled'), why: 'disabled', by: 'g.json' };
  const other = { ...account('h.json', 'ok'), why: 'not-listed', by: 'h.json' };
  expect(textOf({ tiers: [{ priority: 5, credentials }], notServing: [off, other], disabledAccounts: 2 }))
    .toBe(`home  grok-4.5  fill-first
  first, priority 5: 4 credentials, the next one when the one before fails
    xai  account d.json  unavailable until 2026-11-30T12:00:09Z
    xai  account e.json  a request failed
    xai  account f.json
    xai  #57b910f1  https://x.example
  not serving it:
    xai  account g.json  disabled
    xai  account h.json  the gateway doesn't list the model for this account
  not told by the gateway: which API keys it skips for some time because they failed
  not told by the gateway: for which models the accounts marked above failed
  not told by the gateway: the models of 2 disabled accounts
`);
});

test('says that a gateway does not show accounts, and that a plan changes what they offer', () => {
  const text = textOf({ showsAccounts: false, accountsUnder: ['oauth-model-alias'] });
  expect(text).toContain('not told by the gateway: its accounts (OAuth files), which can serve it too');
  expect(text).toContain('the models they offer now; the plan changes oauth-model-alias');
  expect(textOf({})).not.toContain('told');
  const changes = { target: 'home', changes: [], accountsUnder: ['oauth-model-alias'] };
  expect(routeChangesText(changes, PLAIN)).toMatch(
    /no model .*\n +accounts .* the plan changes oauth-model-alias\n$/,
  );
});

test('a short list counts accounts and names no file', () => {
  const [one, two] = [account('a@example.com.json', 'ok'), account('b@example.com.json', 'ok')];
  expect([one && groupText([one]), groupText([one, two]), groupText([one, key])]).toEqual([
    'xai account',
    'xai (2 accounts)',
    'xai (2 keys and accounts)',
  ]);
});
