// Random families of credentials in the v8 layout, and two gateways to compare: one that Holdfast writes to, and one
// that gets the declared groups directly.
import fc from 'fast-check';
import { stringify } from 'yaml';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { effectiveField } from '../../../src/gateway/layout/effective.ts';
import { type Family, layoutTable } from '../../../src/gateway/layout/table.ts';
import { canonical } from '../../../src/gateway/model/equal.ts';
import { canonicalJson } from '../../../src/lib/stable-json.ts';
import type { Outcome } from '../../../src/domain/outcome/outcome.ts';
import type { Plan } from '../../../src/domain/plan/plan.ts';
import type { Ownership, Policy } from '../../../src/domain/target.ts';
import { parsePath } from '../../../src/domain/path.ts';
import { isList, type Tree, type Value } from '../../../src/lib/value.ts';
import { MANAGEMENT_KEY, type Fixture, setup } from '../../apply/setup.ts';

export type Groups = readonly Tree[];

export type SharedFamily = Extract<Family, { form: 'groups' }>;

/** gemini, interactions, vertex, codex, claude, xai, meta. */
export const FAMILIES: readonly SharedFamily[] = layoutTable().families.filter(
  (family): family is SharedFamily => family.form === 'groups',
);

const providerOf = ({ v8 }: Family): string => v8.slice(v8.indexOf('.') + 1);

// ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** For each member some values, the explicit zero or empty one first. */
export const VALUES: Readonly<Record<string, readonly Value[]>> = {
  priority: [0, 5, 7],
  prefix: ['', 'team', 'other'],
  'proxy-url': ['', 'http://127.0.0.1:9', 'direct'],
  headers: [{}, { 'X-A': '1' }, { 'X-A': '2', 'X-B': '3' }],
  models: [
    [],
    [{ name: 'm-1', alias: 'a-1' }],
    [
      { name: 'm-2', alias: 'a-2' },
      { name: 'm-1', alias: 'a-1' },
    ],
  ],
  'excluded-models': [[], ['m-9'], ['m-8', 'm-9']],
  'disable-cooling': [false, true],
  'request-retry': [0, 3, 4],
  'request-scoped-errors': [
    [],
    [{ status: 429, match: ['quota'], action: 'stop' }],
    [{ status: 500, match: ['oops'], action: 'continue' }],
  ],
  weight: [0, 1, 9],
  websockets: [false, true],
  'disable-codex-cloaking': [false, true],
  'rebuild-mid-system-message': [false, true],
  cloak: [{}, { mode: 'always' }, { 'sensitive-words': ['a'], 'cache-user-id': false }],
  'fingerprint-profile': ['', 'claude-code-cli'],
};

export const valuesOf = (name: string): readonly Value[] => {
  const values = VALUES[name];
  if (!values) throw new Error(`no values are known for ${name}`);
  return values;
};

/** Members of a key that no group has, of those that the gateway takes for what they are. */
export function ownNames(family: SharedFamily): readonly string[] {
  const fields = loadCatalog('v8').at([...family.v8.split('.'), '0', 'keys', '0'])?.fields;
  return [...(fields?.keys() ?? [])].filter((name) => !family.shared.has(name) && name in VALUES);
}

const URLS = ['https://c.example/v1', 'https://d.example/v1'];
const NAMES = ['a', 'b', 'c', 'd'];

export const keyNamed = (name: string): string => `sk-test-key-${name}`;

const someOf = (names: readonly string[], more: readonly Value[] = []): fc.Arbitrary<Tree> =>
  fc
    .subarray([...names], { maxLength: Math.min(4, names.length) })
    .chain((chosen) =>
      fc.tuple(
        ...chosen.map((name) =>
          fc.constantFrom(...valuesOf(name), ...more).map((value) => [name, value] as const),
        ),
      ),
    )
    .map((members) => Object.fromEntries(members) as Tree);

/** Groups with up to four keys among them, each with one address; with `twins`, some keys occur more than once. */
export function groupsOf(family: SharedFamily, own = ownNames(family), twins = false): fc.Arbitrary<Groups> {
  const shared = [...family.shared];
  const key = fc.record({
    isTwin: twins ? fc.nat(3).map((n) => n === 3) : fc.constant(false),
    at: fc.integer({ min: -1, max: 2 }),
    shared: someOf(shared, [null]),
    own: someOf(own),
  });
  const group = fc.record({ url: fc.constantFrom(...URLS), label: fc.boolean(), shared: someOf(shared) });
  return fc
    .record({
      keys: fc.array(key, { minLength: NAMES.length, maxLength: NAMES.length }),
      groups: fc.tuple(group, group, group),
    })
    .map(({ keys, groups }) =>
      groups.flatMap(({ url, label, shared: members }, at) => {
        const own = keys.flatMap((one, i) =>
          one.at === at
            ? [{ 'api-key': keyNamed(NAMES[one.isTwin ? 0 : i] ?? ''), ...one.shared, ...one.own } as Tree]
            : [],
        );
        if (own.length === 0) return [];
        return [{ ...(label && { name: `g-${at}` }), 'base-url': url, ...members, keys: own } as Tree];
      }),
    );
}

// ── what the gateway makes of them ───────────────────────────────────────────────────────────────────────────────

/** Entries as they take effect, each for itself: worked out here, from the contract alone. */
export function flattened(family: SharedFamily, groups: Groups): readonly Tree[] {
  return groups.flatMap(({ keys, ...group }) =>
    (keys as Groups).map((key) => {
      const own = Object.entries(key).filter(([, value]) => value !== null);
      const common = Object.entries(group).filter(
        ([name, value]) => (name === 'base-url' || family.shared.has(name)) && value !== null,
      );
      return Object.fromEntries([...common, ...own]) as Tree;
    }),
  );
}

/** A group for each entry. */
export function ungrouped(family: SharedFamily, entries: readonly Tree[]): Groups {
  return entries.map((entry) => {
    const isShared = ([name]: readonly [string, Value]): boolean =>
      name === 'base-url' || family.shared.has(name);
    const members = Object.entries(entry);
    return {
      ...Object.fromEntries(members.filter(isShared)),
      keys: [Object.fromEntries(members.filter((member) => !isShared(member)))],
    } as Tree;
  });
}

/** What should be there where only entries, or only members of entries, are owned, and nothing was placed before. */
export function mixed(family: SharedFamily, live: Groups, declared: Groups, ownership: Ownership): Groups {
  const wanted = flattened(family, declared);
  if (ownership === 'whole') return ungrouped(family, wanted);
  const idOf = (entry: Tree): string => `${String(entry['api-key'])} ${String(entry['base-url'])}`;
  const now = new Map(flattened(family, live).map((entry) => [idOf(entry), entry]));
  const ids = new Set(wanted.map(idOf));
  const merged = wanted.map((entry) =>
    ownership === 'members' ? { ...now.get(idOf(entry)), ...entry } : entry,
  );
  return ungrouped(family, [...merged, ...[...now].flatMap(([id, entry]) => (ids.has(id) ? [] : [entry]))]);
}

/** A text for each entry of the v0 view, sorted: the order of entries and of their models makes no difference. */
export function meaning(family: SharedFamily, view: Value | undefined): readonly string[] {
  const field = loadCatalog('v8').at(family.v8.split('.'));
  if (!field) throw new Error(`${family.v8} is no family`);
  const held = canonical(effectiveField(field), isList(view) ? view.map(comparable) : []);
  return isList(held) ? held.map(canonicalJson).toSorted() : [];
}

function comparable(entry: Value): Value {
  const { 'auth-index': _, models, ...rest } = entry as Tree;
  return isList(models) && models.length > 0
    ? { ...rest, models: models.toSorted((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1)) }
    : rest;
}

// ── the two gateways ─────────────────────────────────────────────────────────────────────────────────────────────

const BASE = `server:
  host: 127.0.0.1
  port: 8317
oauth:
  auth-dir: AUTH_DIR
management:
  disable-control-panel: true
access:
  api-keys: [sk-test-0001]
config-version: 8
`;

const ALLOWED = ['mass-delete', 'last-upstream', 'literal-secret', 'takeover', 'release-secret'];

export const declaring = (family: Family, groups: Groups): string => declaringAll([[family, groups]]);

export const declaringAll = (families: readonly (readonly [Family, Groups])[]): string =>
  stringify(
    { 'api-keys': Object.fromEntries(families.map(([family, groups]) => [providerOf(family), groups])) },
    { aliasDuplicateObjects: false },
  );

/** The same in the layout of v7. */
export const declaringFlat = (family: SharedFamily, groups: Groups): string =>
  stringify({ [family.legacy]: flattened(family, groups) }, { aliasDuplicateObjects: false });

/** A gateway that has settled on these groups, with this ownership of the family. */
export function gateway(family: Family, live: Groups, ownership: Ownership = 'whole'): Promise<Fixture> {
  const text = live.length === 0 ? '' : declaring(family, live);
  return gatewayOn(text, ownership === 'whole' ? [] : [{ path: parsePath(family.v8), ownership }]);
}

/** A gateway that has settled on a file with this in it; no plan for it is refused. */
export const gatewayOn = (text: string, ownership: Policy['ownership'] = []): Promise<Fixture> =>
  setup({
    api: 'v8',
    file: `${BASE}${text}`,
    desired: '',
    policy: { allow: ALLOWED.map((guard) => ({ guard })), ownership },
  });

/** What `GET /v0/management/config` shows of the family. */
export async function viewOf({ sandbox }: Fixture, family: Family): Promise<Value | undefined> {
  const answer = await fetch(`${sandbox.url}/v0/management/config`, {
    headers: { authorization: `Bearer ${MANAGEMENT_KEY}` },
  });
  const view = (await answer.json()) as Tree;
  return view[family.legacy];
}

/** Sends these groups to the gateway, through the v8 API. */
export async function put(fixture: Fixture, family: Family, groups: Groups): Promise<void> {
  const path = `v8/management/config/${family.v8.replaceAll('.', '/')}`;
  const status = await fixture.panel('PUT', path, groups);
  if (status !== 200) throw new Error(`PUT ${path} is answered ${status}`);
}

/** The result and its reason, for messages. */
export const told = (outcome: Outcome): string =>
  JSON.stringify({
    kind: outcome.kind,
    ...('problems' in outcome && { problems: outcome.problems }),
    ...('problem' in outcome && { problem: outcome.problem }),
    ...('plan' in outcome && outcome.plan && { refusals: refusalsIn(outcome.plan) }),
  });

const refusalsIn = ({ verdicts }: Plan): readonly string[] =>
  verdicts.flatMap(({ guard, allowed, message }) => (allowed ? [] : [`${guard}: ${message}`]));
