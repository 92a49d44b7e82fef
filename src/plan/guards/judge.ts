// Runs all guards on one plan and applies the allowances to their findings: all guards are evaluated, all findings
// are listed.
import type { Verdict } from '../../domain/plan/guard.ts';
import { overrideFlag } from '../../domain/plan/override.ts';
import { coversPath, formatPath, parsePath } from '../../domain/path.ts';
import type { Allowance, Mode } from '../../domain/target.ts';
import { frozen, noLastingBackup, noWayBack, splitBrain, unsupported } from './circumstances.ts';
import { noMemory, overwritesEdit, takeover } from './edits.ts';
import type { Case, Finding, Guard } from './guard.ts';
import { lastUpstream } from './last-upstream.ts';
import { massDelete } from './mass-delete.ts';
import { openGateway } from './open-gateway.ts';
import { literalSecret, releaseSecret } from './secrets.ts';
import { selfLockout } from './self-lockout.ts';

/** In the order in which a reader should see them. */
const GUARDS: readonly Guard[] = [
  openGateway,
  selfLockout,
  lastUpstream,
  massDelete,
  noMemory,
  takeover,
  overwritesEdit,
  releaseSecret,
  literalSecret,
  splitBrain,
  noWayBack,
  noLastingBackup,
  unsupported,
  frozen,
];

export function judge(
  subject: Case,
  fromRoutes: readonly Verdict[],
  allowances: readonly Allowance[],
): Verdict[] {
  const findings = GUARDS.flatMap((guard) => guard(subject));
  const own = findings.map((finding) => verdictOf(finding, allowances));
  return [...own, ...fromRoutes.map((verdict) => withAllowance(verdict, allowances))];
}

function verdictOf(finding: Finding, allowances: readonly Allowance[]): Verdict {
  const { guard, path, message, remedy, changes } = finding;
  return {
    guard,
    ...(path && { path: formatPath(path) }),
    message,
    remedy,
    override: flagFor(finding),
    allowed: allowances.some((allowance) => answers(allowance, finding)),
    changes,
  };
}

function flagFor({ guard, path, choices }: Pick<Finding, 'guard' | 'path' | 'choices'>): string {
  return overrideFlag({ guard, ...(path && { path: formatPath(path) }), ...(choices && { choices }) });
}

function answers(
  allowance: Allowance,
  { guard, path, choices }: Pick<Finding, 'guard' | 'path' | 'choices'>,
): boolean {
  if (allowance.guard !== guard) return false;
  if (choices) return choices.includes(allowance.choice ?? '');
  return allowance.path === undefined || (path !== undefined && coversPath(allowance.path, path));
}

/** The routes return verdicts without allowances; `brick` has none. */
function withAllowance(verdict: Verdict, allowances: readonly Allowance[]): Verdict {
  if (verdict.guard === 'brick') return { ...verdict, allowed: false };
  const finding = {
    guard: verdict.guard,
    ...(verdict.path !== undefined && { path: parsePath(verdict.path) }),
  };
  return {
    ...verdict,
    override: verdict.override ?? flagFor(finding),
    allowed: allowances.some((allowance) => answers(allowance, finding)),
  };
}

/** What the settings, the command line and the mode allow together. */
export function allowancesOf(
  policy: readonly Allowance[],
  requested: readonly Allowance[],
  mode: Mode,
): readonly Allowance[] {
  return [...policy, ...requested, ...(mode === 'enforce' ? [{ guard: 'overwrites-edit' }] : [])];
}

/** The side that an allowance for `split-brain` lets win. */
export function winningSide(allowances: readonly Allowance[]): 'file' | 'memory' | undefined {
  const choice = allowances.findLast((allowance) => allowance.guard === 'split-brain')?.choice;
  return choice === 'file' || choice === 'memory' ? choice : undefined;
}
