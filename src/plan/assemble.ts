// The plan as the JSON that people, machines and the state read: no secrets, every byte from the input.
import type { Change } from '../domain/plan/change.ts';
import { PLAN_FORMAT, type PatchOperation, type Plan } from '../domain/plan/plan.ts';
import { formatPath, pointerTo } from '../domain/path.ts';
import type { Problem } from '../domain/problem/problem.ts';
import { digestOf } from './digest.ts';
import type { Operation } from './diff/patch.ts';
import { redactAt } from './diff/redact-at.ts';
import { type Comparison, throughBuilt } from './compare-sides.ts';
import { notesOf } from './notes.ts';
import type { Routes } from './route/index.ts';
import { undeclaredIn } from './undeclared.ts';

export function assemble(
  comparison: Comparison,
  changes: readonly Change[],
  routes: Routes,
  verdicts: Plan['verdicts'],
): Plan {
  const { input, mode, proposed } = comparison;
  const { target, desired, live, state } = input;
  const pruned = isPruned(comparison);
  const released = pruned ? [] : comparison.released.map(formatPath);
  return {
    format: PLAN_FORMAT,
    target: target.name,
    createdAt: new Date(input.now).toISOString(),
    mode,
    revision: desired.revision,
    gateway: { api: live.api, layout: live.layout, build: live.build },
    state: state.lastApplied ? 'known' : 'new',
    memory: state.memory ?? { source: state.lastApplied ? 'state' : 'none' },
    agreement: live.agreement,
    changes,
    writes: routes.writes.map(({ write }) => write),
    verdicts,
    released,
    ignored: proposed.ignored,
    ...limitOf(comparison),
    ...undeclaredBy(comparison),
    notes: [...notesAbout(comparison, routes), ...(input.notes ?? [])],
    patch: comparison.patched.operations.map((operation) => shownOperation(operation, comparison)),
    digest: digestOf({
      key: target.digestKey,
      target: target.name,
      changes,
      after: comparison.differences.map(({ after }) => after),
      allowances: comparison.allowances,
      released,
      layout: live.layout,
      live: comparison.base.before,
      declared: comparison.declared,
    }),
  };
}

const isPruned = ({ input }: Comparison): boolean => input.prune ?? input.target.policy.prune;

/** With `--only`: its paths, and what the plan leaves out because of them. */
function limitOf(comparison: Comparison): Pick<Plan, 'only' | 'leftOut'> {
  const { input, leftOut, releasedElsewhere } = comparison;
  if (!input.only) return {};
  const pruned = isPruned(comparison) ? releasedElsewhere : [];
  return {
    only: input.only.map(formatPath),
    leftOut: [...leftOut.map(({ path }) => path), ...pruned].map(formatPath),
  };
}

function undeclaredBy({ input, base, declared, fingerprints }: Comparison): Pick<Plan, 'undeclared'> {
  const { policy } = input.target;
  if (policy.undeclared !== 'report' || input.only) return {};
  const { catalog } = input.dialect;
  return { undeclared: undeclaredIn({ catalog, live: base.before, declared, policy, fingerprints }) };
}

const notesAbout = (comparison: Comparison, routes: Routes): readonly Problem[] =>
  notesOf({
    live: comparison.input.live,
    differences: comparison.differences,
    quarantined: new Set(comparison.judged.flatMap(({ id, quarantined }) => (quarantined ? [id] : []))),
    held: comparison.input.state.held ?? [],
    base: comparison.base,
    writes: routes.writes.length,
    lostComments: routes.lostComments,
    freeze: comparison.input.target.policy.freeze,
    now: comparison.input.now,
    dialect: comparison.input.dialect,
    declared: comparison.declared,
    unchangedReferences: unchangedReferences(comparison),
  });

/** Where a base is the memory: references whose values the gateway lacks though nothing changed in git. */
function unchangedReferences({ input, differences }: Comparison): string[] {
  if (input.state.memory?.source !== 'base') return [];
  const references = throughBuilt(input.desired.references, input.built);
  const found = differences
    .filter(({ origin, disposition }) => origin === 'drift' && disposition === 'report')
    .flatMap(({ declaredPlace }) => {
      const pointer = declaredPlace && pointerTo(declaredPlace);
      return pointer === undefined ? [] : [pointer, `${pointer}/api-key`];
    })
    .flatMap((pointer) => references.get(pointer) ?? []);
  return [...new Set(found)].filter((reference) => !input.desired.publicReferences.has(reference));
}

function shownOperation(
  { op, path, from, value, difference }: Operation,
  { input, fingerprints }: Comparison,
): PatchOperation {
  const up = difference?.location;
  const location = difference?.kind === 'rename' ? { up, key: String(path.at(-1)) } : up;
  return {
    op,
    path: pointerTo(path),
    ...(from && { from: pointerTo(from) }),
    ...(value !== undefined && {
      value: redactAt(input.dialect.catalog.root, location, value, fingerprints),
    }),
  };
}
