// The plan for a v8 gateway that has this file.
import { V8 } from '../../../src/gateway/dialect.ts';
import type { Tree } from '../../../src/lib/value.ts';
import { localiseDesired } from '../../../src/plan/localise/localise-desired.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import type { Prepared } from '../../../src/plan/types/input.ts';
import { liveV8Of } from '../../adopt/pulled.ts';
import { desiredOf, hash, NOW, targetOf } from '../builders.ts';

export function planV8(file: string, desired: Tree): Prepared {
  const live = liveV8Of(file);
  const localised = localiseDesired({
    desired: { ...desiredOf(desired), layout: 'v8' },
    target: targetOf({ file, desired, adopted: true }),
    allow: [{ guard: 'mass-delete' }],
    lastApplied: undefined,
    released: undefined,
    dialect: V8,
    content: live.file ? V8.content(live.file.document.open()) : {},
    live,
    hash,
  });
  const state = { state: {}, managementSecret: undefined, rollbackProbe: 'not-probed' } as const;
  return makePlan({ ...localised, ...state, live, dialect: V8, now: NOW, hash });
}
