// The memory that a base stands for, against the one that an apply records: both come to the same plan.
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Change } from '../../src/domain/plan/change.ts';
import { seal } from '../../src/domain/secret.ts';
import type { KnownState, PlanInput, Prepared } from '../../src/plan/types/input.ts';
import type { Field } from '../../src/gateway/catalog/field.ts';
import { isList, isTree, type Tree, type Value } from '../../src/lib/value.ts';
import { hasIdentity, identityOf } from '../../src/plan/diff/identity.ts';
import { baseMemory, isShared } from '../../src/plan/base-memory.ts';
import { remember } from '../../src/plan/last-applied.ts';
import { makePlan } from '../../src/plan/plan.ts';
import {
  BASE,
  catalog,
  desiredOf,
  hash,
  inputOf,
  memoryOf,
  NOW,
  type Scenario,
  verdictLine,
} from './builders.ts';
import { config } from './configs.ts';

/** What a base of these files makes known of a gateway. */
function knownBy(applied: Tree, scenario: Scenario, hasUnresolved = false): KnownState {
  const { live, dialect, target } = inputOf(scenario);
  const localised = { desired: desiredOf(applied), built: undefined, target };
  const commit = { commit: { sha: 'a'.repeat(40) }, why: '--base main' };
  return {
    lastApplied: baseMemory({
      localised,
      isShared: isShared(target),
      live,
      dialect,
      managementSecret: undefined,
      hasUnresolved,
      now: NOW,
      hash,
    }),
    memory: { source: 'base', base: commit },
  };
}

const decisive = ({ kind, path, before, after, from, origin, disposition, attribution }: Change): object => ({
  kind,
  path,
  before,
  after,
  from,
  origin,
  disposition,
  attribution,
});

/** What the two have to agree on. */
const verdictOf = ({ plan }: Prepared): object => ({
  changes: plan.changes.map(decisive),
  verdicts: plan.verdicts.map((verdict) => `${verdictLine(verdict)} ${verdict.allowed}`),
});

interface Step {
  readonly desired: Tree;
  /** What somebody writes over the gateway before. */
  readonly edit: Tree;
}

/** Entries of one name are told apart by their order alone, which the gateway may have changed since. */
function withoutTwins(value: Value, field: Field | undefined): Value {
  if (isList(value)) {
    const named = field && hasIdentity(field) ? field : undefined;
    const first = named ? new Map(value.map((item) => [identityOf(named, item), item])) : undefined;
    return [...(first?.values() ?? value)].map((item) => withoutTwins(item, field?.item));
  }
  if (!isTree(value)) return value;
  const members = Object.entries(value).map(([name, member]) => {
    const child = field && catalog.child(field, name);
    return [name, withoutTwins(member, child)] as const;
  });
  return Object.fromEntries(members);
}

const files = config.map((tree) => withoutTwins(tree, catalog.root) as Tree); // a tree stays one

const history = fc.record({
  start: files,
  steps: fc.array(fc.record({ desired: files, edit: files }), { minLength: 1, maxLength: 4 }),
  mode: fc.constantFrom('apply' as const, 'enforce' as const),
  prune: fc.boolean(),
  isAllowed: fc.boolean(),
});

const ALL = ['open-gateway', 'last-upstream', 'mass-delete', 'release-secret', 'overwrites-edit'];

/**
 * Plans every step with both memories. A state directory also knows what commits before the base declared, as long as it
 * is still on the gateway. So a removal that is left alone ends the history, and so does declaring again what was
 * released.
 */
function lived(start: Tree, steps: readonly Step[], more: Partial<Scenario>): [object, object][] {
  let live = memoryOf(JSON.stringify(start));
  let applied: Tree | undefined;
  let state: KnownState = {};
  const found: [object, object][] = [];
  for (const { desired, edit } of steps) {
    live = memoryOf(JSON.stringify({ ...live, ...edit }));
    if (state.released?.some((path) => Object.hasOwn(desired, path.split('.')[0] ?? ''))) break;
    const scenario: Scenario = { file: 'port: 8317', memory: live, desired, withFile: false, ...more };
    const input: PlanInput = inputOf(scenario);
    const recorded = makePlan({ ...input, state });
    const based = makePlan({ ...input, state: applied ? knownBy(applied, scenario) : {} });
    found.push([verdictOf(recorded), verdictOf(based)]);
    const left = recorded.plan.changes.filter(({ disposition }) => disposition !== 'apply');
    if (left.some(({ kind }) => kind === 'remove')) break;
    if (recorded.plan.verdicts.some(({ allowed }) => !allowed)) continue;
    state = remember({ ...input, state }, recorded);
    live = recorded.basis.proposed.open();
    applied = desired;
  }
  return found;
}

describe('a base and a state directory', () => {
  test('come to the same changes, origins and verdicts, whatever the files and others did before', () => {
    fc.assert(
      fc.property(history, ({ start, steps, mode, prune, isAllowed }) => {
        const more = { mode, prune, ...(isAllowed && { allow: ALL }) };
        for (const [recorded, based] of lived(start, steps, more)) expect(based).toEqual(recorded);
      }),
      { numRuns: 80 },
    );
  });

  test('see drift, edits in git, both, and what is new alike', () => {
    const start = { 'api-keys': ['sk-test-0001'], 'request-retry': 1, debug: false };
    const steps = [
      { desired: start, edit: {} },
      {
        desired: { ...start, debug: true, 'proxy-url': 'http://a.example' },
        edit: { 'request-retry': 2, debug: false },
      },
    ];
    const [, second] = lived(start, steps, { mode: 'apply' });
    expect(second?.[1]).toEqual(second?.[0]);
    expect(second?.[1]).toMatchObject({
      changes: [
        { path: 'proxy-url', origin: 'first' },
        { path: 'debug', origin: 'git' },
        { path: 'request-retry', origin: 'drift', disposition: 'report' },
      ],
    });
  });
});

describe('a shared list', () => {
  const scenario: Scenario = {
    file: BASE,
    desired: { 'api-keys': ['sk-test-0001'] },
    ownership: { 'api-keys': 'entries' },
  };

  test('loses what the base declared, and keeps what others put there', () => {
    const state = knownBy({ 'api-keys': ['sk-test-0001', 'sk-test-0002'] }, scenario);
    const { plan } = makePlan({ ...inputOf(scenario), state });
    expect(plan.changes.map(({ kind, origin }) => ({ kind, origin }))).toEqual([
      { kind: 'remove', origin: 'git' },
    ]);
    const others = makePlan({
      ...inputOf(scenario),
      state: knownBy({ 'api-keys': ['sk-test-0001'] }, scenario),
    });
    expect(others.plan.changes).toEqual([]);
  });

  test('does not take for its own what somebody else edited and the files declare now', () => {
    const declared = { 'gemini-api-key': [{ 'api-key': 'sk-test-gem-1', headers: { 'X-Team': 'b' } }] };
    const shared: Scenario = { file: BASE, desired: declared, ownership: { 'gemini-api-key': 'entries' } };
    const state = knownBy(
      { 'gemini-api-key': [{ 'api-key': 'sk-test-gem-2', 'excluded-models': ['*'] }] },
      shared,
    );
    const { plan } = makePlan({ ...inputOf(shared), state });
    expect(plan.changes.filter(({ path }) => path.endsWith('X-Team'))).toMatchObject([{ origin: 'both' }]);
  });
});

describe('a value of the base that nobody can resolve', () => {
  const state = (applied: Tree, scenario: Scenario): KnownState => knownBy(applied, scenario, true);
  const linesOf = ({ plan }: Prepared): string[] =>
    plan.changes.map(({ kind, origin }) => `${kind} ${origin}`);

  test('is unknown before: it is neither git nor drift', () => {
    const scenario: Scenario = { file: BASE, desired: { 'proxy-url': 'http://two.example' } };
    const { plan } = makePlan({
      ...inputOf({ ...scenario, file: `${BASE}proxy-url: http://one.example\n` }),
      state: state({ 'proxy-url': '${env:OLD_PROXY}' }, scenario),
    });
    expect(plan.changes).toMatchObject([{ path: 'proxy-url', origin: 'first', disposition: 'apply' }]);
  });

  test.each([
    [{ 'request-retry': '${env:OLD_RETRY}' }, { 'request-retry': 5 }],
    [{ debug: '${env:OLD_DEBUG}' }, { debug: true }],
    [{ 'gemini-api-key': [{ 'api-key': 'sk-test-gem-1', weight: '${env:W}' }] }, { 'request-retry': 5 }],
    [{ 'oauth-model-alias': { claude: '${list:OLD}' } }, { 'oauth-model-alias': { claude: [] } }],
  ])('stands for no value, of whatever kind it should be: %j', (applied, desired) => {
    const scenario: Scenario = { file: BASE, desired: desired as Tree };
    const { lastApplied } = state(applied as Tree, scenario);
    const unknown = Object.entries(lastApplied?.hashes ?? {}).filter(([, hashed]) =>
      hashed.startsWith('unknown'),
    );
    expect(unknown.length).toBeGreaterThan(0);
    const { plan } = makePlan({ ...inputOf(scenario), state: state(applied as Tree, scenario) });
    expect(plan.changes.every(({ origin }) => origin === 'first')).toBe(true);
  });

  test('is no hash of a management secret', () => {
    const secret = { equalsLive: false, isTargetKey: false, stored: seal('$2b$10$abc') };
    const scenario: Scenario = { file: BASE, desired: {} };
    const { live, dialect, target } = inputOf(scenario);
    const localised = {
      desired: desiredOf({ 'remote-management': { 'secret-key': '${env:OLD}' } }),
      built: undefined,
      target,
    };
    const { hashes } = baseMemory({
      localised,
      isShared: false,
      live,
      dialect,
      managementSecret: secret,
      hasUnresolved: true,
      now: NOW,
      hash,
    });
    expect(hashes).toEqual({ 'remote-management.secret-key': 'unknown' });
  });

  test('as the name of an entry makes the entries unknown, and none of them is removed without a word', () => {
    const scenario: Scenario = { file: BASE, desired: { 'api-keys': ['sk-test-0001', 'sk-test-0003'] } };
    const made = makePlan({
      ...inputOf(scenario),
      state: state({ 'api-keys': ['sk-test-0001', '${env:OLD_KEY}'] }, scenario),
    });
    expect(linesOf(made).toSorted()).toEqual(['add first', 'remove first']);
    expect(made.plan.verdicts.filter(({ allowed }) => !allowed)).toMatchObject([
      { guard: 'overwrites-edit', message: expect.stringContaining("can't be resolved") },
    ]);
  });

  test('in an entry that has a name leaves the other entries and members known', () => {
    const upstream = (key: string, base: string): Tree => ({
      name: 'openrouter',
      'base-url': base,
      'api-key-entries': [{ 'api-key': key }],
    });
    const scenario: Scenario = {
      file: BASE,
      desired: { 'openai-compatibility': [upstream('sk-test-or-1', 'https://new.example/v1')] },
    };
    const applied = {
      'openai-compatibility': [
        upstream('${env:OLD_KEY}', 'https://openrouter.example/v1'),
        {
          name: 'deepseek',
          'base-url': 'https://deepseek.example/v1',
          'api-key-entries': [{ 'api-key': 'sk-test-ds-1' }],
          models: [{ name: 'deepseek-chat', alias: 'deepseek' }],
        },
      ],
    };
    const { plan } = makePlan({ ...inputOf(scenario), state: state(applied, scenario) });
    const byPath = new Map(plan.changes.map(({ path, kind, origin }) => [path, `${kind} ${origin}`]));
    expect(byPath.get('openai-compatibility[openrouter].base-url')).toBe('update git');
    expect(byPath.get('openai-compatibility[deepseek]')).toBe('remove git');
  });

  test('known secrets of the base are hidden where they still stand on the gateway', () => {
    const scenario: Scenario = {
      file: `${BASE}plugins:\n  configs:\n    p:\n      text: s3cret-word\n`,
      desired: { plugins: { configs: { p: { text: 'b' } } } },
      literals: ['/plugins/configs/p/text'],
    };
    const texts = {
      secrets: new Set(['s3cret-word']),
      plain: new Set<string>(),
      names: new Map<string, string>(),
    };
    const { plan } = makePlan({ ...inputOf(scenario), state: { appliedTexts: () => texts } });
    expect(JSON.stringify(plan)).not.toContain('s3cret-word');
    expect(plan.changes).toHaveLength(1);
  });
});

test('no value of the base is in its memory', () => {
  const applied = { 'api-keys': ['sk-test-0001'], 'claude-api-key': [{ 'api-key': 'sk-test-cl-1' }] };
  const { lastApplied } = knownBy(applied, { file: BASE, desired: applied });
  expect(JSON.stringify(lastApplied)).not.toMatch(/sk-test/);
  expect(Object.keys(lastApplied?.hashes ?? {})).toContain('claude-api-key');
});
