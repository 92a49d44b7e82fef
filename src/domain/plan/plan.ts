// A plan: what differs on one target, the writes that would make it equal, and whether the guards allow it. Plain
// JSON, versioned, without secrets. It can't run or print itself.
import type { Change } from './change.ts';
import type { Layout, Revision } from '../desired.ts';
import type { Verdict } from './guard.ts';
import type { Agreement, ApiGeneration, Build } from '../live.ts';
import type { Problem } from '../problem/problem.ts';
import type { Memory } from './memory.ts';
import type { Redacted } from '../redacted.ts';
import type { Mode } from '../target.ts';
import type { Undeclared } from './undeclared.ts';
import type { Write } from './write.ts';

export const PLAN_FORMAT = 'holdfast.plan/1';

/** RFC 6902; pointers by list index into the live document, values without secrets. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'test';
  readonly path: string;
  readonly from?: string;
  readonly value?: Redacted;
}

/** HMAC-SHA256 over changes, allowances and base; `keyId` distinguishes "another key" from "stale". */
export interface Digest {
  readonly keyId: string;
  readonly value: string;
}

export interface Plan {
  readonly format: typeof PLAN_FORMAT;
  readonly target: string;
  /** ISO 8601. Not part of the digest. */
  readonly createdAt: string;
  readonly mode: Mode;
  readonly revision: Revision;
  readonly gateway: { readonly api: ApiGeneration; readonly layout: Layout; readonly build: Build };
  /** Whether there was a record of this target: without it, every origin is `first`. */
  readonly state: 'known' | 'new';
  /** Where that is known from. */
  readonly memory: Memory;
  readonly agreement: Agreement;
  readonly changes: readonly Change[];
  readonly writes: readonly Write[];
  /** All findings of all guards, allowed ones included. */
  readonly verdicts: readonly Verdict[];
  /** Declared once, undeclared now, still in effect on the gateway. */
  readonly released: readonly string[];
  /** Paths that differ but are ignored by policy. */
  readonly ignored: readonly string[];
  /** What the plan is limited to (`--only`); absent: everything. */
  readonly only?: readonly string[];
  /** Paths that differ outside of `only`: neither written nor judged. */
  readonly leftOut?: readonly string[];
  /** What the gateway has and no file declares; absent if policy ignores it. */
  readonly undeclared?: readonly Undeclared[];
  /** Warnings that don't refuse anything. */
  readonly notes: readonly Problem[];
  readonly patch: readonly PatchOperation[];
  readonly digest: Digest;
}

/** Whether its apply would be refused. */
export function isRefused(plan: Pick<Plan, 'verdicts'>): boolean {
  return plan.verdicts.some((verdict) => !verdict.allowed);
}

/** The names of the guards that refuse it, each once. */
export function refusingGuards(plan: Pick<Plan, 'verdicts'> | undefined): readonly string[] {
  const refused = plan?.verdicts.filter(({ allowed }) => !allowed) ?? [];
  return [...new Set(refused.map(({ guard }) => guard))];
}

/** Whether only freeze windows refuse it. */
export function isOnlyFrozen(plan: Pick<Plan, 'verdicts'>): boolean {
  return isRefused(plan) && plan.verdicts.every(({ allowed, guard }) => allowed || guard === 'frozen');
}

/** How many differences stay after its apply: outside of `only`, or not corrected in this mode. */
export function remaining({ changes, leftOut = [] }: Pick<Plan, 'changes' | 'leftOut'>): number {
  return leftOut.length + changes.filter(({ disposition }) => disposition !== 'apply').length;
}

/** Changes that apply would make. */
export function pending(plan: Pick<Plan, 'changes'>): readonly Change[] {
  return plan.changes.filter((change) => change.disposition === 'apply');
}
