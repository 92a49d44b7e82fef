// Scenarios for plans in a few lines: a gateway from the text of its file, desired state as a tree, state as left by an
// earlier plan.
import { createHash, createHmac } from 'node:crypto';
import { loadCatalog } from '../../src/gateway/catalog/catalog.ts';
import { V7 } from '../../src/gateway/dialect.ts';
import { parseDocument } from '../../src/yaml/document.ts';
import { fromJson, toJson } from '../../src/gateway/model/json.ts';
import { load } from '../../src/gateway/model/load.ts';
import type { Desired } from '../../src/domain/desired.ts';
import type { FileDocument } from '../../src/domain/yaml-node.ts';
import type { Agreement, Live } from '../../src/domain/live.ts';
import { parsePath, pointerTo } from '../../src/domain/path.ts';
import type { Position } from '../../src/domain/problem/problem.ts';
import { seal } from '../../src/domain/secret.ts';
import type { Allowance, Policy, Target } from '../../src/domain/target.ts';
import { isList, isTree, type Tree, type Value } from '../../src/lib/value.ts';
import { remember } from '../../src/plan/last-applied.ts';
import type { KnownState, PlanInput, Prepared } from '../../src/plan/types/input.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { isFailure } from '../../src/yaml/failure.ts';

export const catalog = loadCatalog('legacy');

export const hash = (text: string): string => createHmac('sha256', 'store').update(text).digest('hex');

export const HOUR = 3_600_000;
export const NOW = Date.UTC(2026, 10, 23, 18, 0, 0);

/** `id`, `id:path`, `split-brain=file`. */
export function allowance(text: string): Allowance {
  const [, guard = '', choice, path] = /^([a-z-]+)(?:=(\w+))?(?::(.+))?$/.exec(text) ?? [];
  return { guard, ...(choice && { choice }), ...(path && { path: parsePath(path) }) };
}

export interface Scenario {
  /** The gateway's `config.yaml`. */
  readonly file: string;
  readonly desired: Tree;
  /** What memory holds instead of what the file loads to. */
  readonly memory?: Tree;
  readonly agreement?: Agreement;
  readonly state?: KnownState;
  readonly mode?: Target['mode'];
  readonly url?: string;
  readonly adopted?: boolean;
  readonly ignore?: readonly string[];
  readonly ownership?: Readonly<Record<string, 'whole' | 'entries' | 'members'>>;
  readonly maxDeletes?: Policy['maxDeletes'];
  readonly allow?: readonly string[];
  readonly prune?: boolean;
  readonly freeze?: readonly string[];
  /** Pointers of `desired` that are literals in the files; everything else came from references. */
  readonly literals?: readonly string[];
  readonly managementSecret?: PlanInput['managementSecret'];
  readonly wayBack?: PlanInput['rollbackProbe'];
  readonly version?: string;
  /** Without it the plan has no routes, and nothing but differences and guards is under test. */
  readonly withFile?: boolean;
}

export function memoryOf(text: string): Tree {
  const loaded = load(documentOf(text), catalog);
  if (!loaded.ok) throw new Error(loaded.message);
  return fromJson(toJson(loaded.memory, catalog) ?? {}, catalog);
}

function documentOf(text: string): FileDocument {
  const parsed = parseDocument(text);
  if (isFailure(parsed)) throw new Error(parsed.message);
  return parsed;
}

export function liveOf(scenario: Scenario): Live {
  const { file, version = 'v7.2.140' } = scenario;
  return {
    target: 'home',
    readAt: NOW,
    depth: 'deep',
    api: 'v0',
    build: { version, commit: 'abc1234', buildDate: '2026-11-01', supportsPlugins: true },
    layout: 'legacy',
    memory: seal(scenario.memory ?? memoryOf(file)),
    ...(scenario.withFile !== false && {
      file: {
        text: seal(file),
        hash: createHash('sha256').update(file).digest('hex'),
        document: seal(documentOf(file)),
      },
    }),
    agreement: scenario.agreement ?? { kind: 'agree' },
    findings: [],
    requests: 2,
  };
}

export function desiredOf(tree: Tree, literals: readonly string[] = []): Desired {
  const pointers = [...pointersOf(tree, [])];
  const positions = new Map<string, Position>(
    pointers.map((pointer, i) => [pointer, { file: 'desired-state/main.yaml', line: i + 1, column: 1 }]),
  );
  return {
    target: 'home',
    layout: 'legacy',
    tree: seal(tree),
    positions,
    references: new Map(
      pointers
        .filter((pointer) => !literals.includes(pointer))
        .map((pointer) => [pointer, '${env:SECRET}'] as const),
    ),
    publicReferences: new Set(['${env:SECRET}']),
    secrets: seal(new Set<string>()),
    watched: [],
    revision: { digest: createHash('sha256').update(JSON.stringify(tree)).digest('hex') },
  };
}

function* pointersOf(value: Value, place: readonly (string | number)[]): Generator<string> {
  yield pointerTo(place);
  if (isList(value)) for (const [i, item] of value.entries()) yield* pointersOf(item, [...place, i]);
  if (isTree(value))
    for (const [name, item] of Object.entries(value)) yield* pointersOf(item, [...place, name]);
}

export function targetOf(scenario: Scenario): Target {
  return {
    name: 'home',
    url: new URL(scenario.url ?? 'http://127.0.0.1:8317'),
    keys: [seal('mgmt-secret-1')],
    desired: ['desired-state'],
    mode: scenario.mode ?? 'apply',
    api: 'auto',
    adopted: scenario.adopted ?? true,
    probes: { models: [] },
    policy: {
      ignore: (scenario.ignore ?? []).map(parsePath),
      ownership: Object.entries(scenario.ownership ?? {}).map(([path, ownership]) => ({
        path: parsePath(path),
        ownership,
      })),
      allow: [],
      prune: scenario.prune ?? false,
      maxDeletes: scenario.maxDeletes ?? { fraction: 0.3 },
      maxReplaces: { fraction: 0.5 },
      unknownKeys: 'refuse',
      comments: 'keep',
      memory: 'optional',
      onFailure: 'quarantine',
      bisectTries: 10,
      freeze: scenario.freeze ?? [],
      undeclared: 'ignore',
    },
    digestKey: seal('mgmt-secret-1'),
  };
}

export function inputOf(scenario: Scenario): PlanInput {
  return {
    target: targetOf(scenario),
    desired: desiredOf(scenario.desired, scenario.literals),
    live: liveOf(scenario),
    dialect: V7,
    now: NOW,
    state: scenario.state ?? {},
    hash,
    allow: (scenario.allow ?? []).map(allowance),
    managementSecret: scenario.managementSecret,
    rollbackProbe: scenario.wayBack ?? 'not-probed',
  };
}

export function planOf(scenario: Scenario): Prepared {
  return makePlan(inputOf(scenario));
}

/** The state after these files were applied to a gateway that then held `file`. */
export function appliedState(scenario: Scenario): KnownState {
  const input = inputOf(scenario);
  const { lastApplied, released } = remember(input, makePlan(input));
  return { lastApplied, released };
}

/** One line a change, as a person would say it. */
export function linesOf({ plan }: Prepared): string[] {
  return plan.changes.map((change) => {
    const sides = [change.before ?? change.from, change.after].map((side) => JSON.stringify(side));
    return `${change.disposition === 'apply' ? '' : `${change.disposition}: `}${change.kind} ${change.path} ${sides.join(' → ')} (${change.origin})`;
  });
}

/** Refused verdicts, `guard path: message`. */
export function refusalsOf({ plan }: Prepared): string[] {
  return plan.verdicts.filter((verdict) => !verdict.allowed).map(verdictLine);
}

export function verdictLine(verdict: Prepared['plan']['verdicts'][number]): string {
  return `${verdict.guard}${verdict.path ? ` ${verdict.path}` : ''}: ${verdict.message}`;
}

export const BASE = `host: 127.0.0.1
port: 8317
api-keys:
  - sk-test-0001
  - sk-test-0002
request-retry: 3
debug: false
openai-compatibility:
  - name: openrouter
    base-url: https://openrouter.example/v1
    api-key-entries:
      - api-key: sk-test-or-1
    models:
      - name: moonshotai/kimi-k2
        alias: kimi
      - name: z-ai/glm-4.6
        alias: glm
  - name: deepseek
    base-url: https://deepseek.example/v1
    api-key-entries:
      - api-key: sk-test-ds-1
    models:
      - name: deepseek-chat
        alias: deepseek
gemini-api-key:
  - api-key: sk-test-gem-1
    headers:
      X-Team: a
      X-Cost: b
  - api-key: sk-test-gem-2
    excluded-models: ['*']
oauth-model-alias:
  claude:
    - name: claude-sonnet-4-5
      alias: sonnet
`;
