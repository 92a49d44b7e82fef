// Which management secret is in effect in each phase of a rotation (design-v8 rule 14), so that a transaction costs
// at most two counted login failures (C v0 §1.3).
import { compareSync } from 'bcryptjs';
import type { Desired } from '../../domain/desired.ts';
import type { Evidence } from '../../domain/outcome/outcome.ts';
import { pending } from '../../domain/plan/plan.ts';
import { HoldfastError } from '../../domain/problem/problem.ts';
import { seal, type Sealed } from '../../domain/secret.ts';
import { isTree } from '../../lib/value.ts';
import type { Run } from '../run/run.ts';
import { looksHashed } from '../../gateway/model/rules.ts';
import type { PlannedTarget } from '../types/planned-target.ts';

const SECRET_PATHS: ReadonlySet<string> = new Set(['remote-management.secret-key', 'management.secret-key']);

/** Whether this plan changes the management secret. */
export function rotates({ prepared }: PlannedTarget): boolean {
  return pending(prepared.plan).some(({ path }) => SECRET_PATHS.has(path));
}

/** After the write: the declared secret is in effect, unless the gateway dropped it. */
export function preferDeclaredKey(run: Run, planned: PlannedTarget): void {
  if (rotates(planned)) prefer(run, declaredKey(run, planned.desired));
}

/** After the write was reverted: the secret that worked before. */
export function preferFormerKey(run: Run, planned: PlannedTarget): void {
  if (rotates(planned) && run.state.workingKey !== undefined) run.client.preferKey(run.state.workingKey);
  else if (rotates(planned))
    prefer(
      run,
      run.context.target.keys.find((key) => key !== declaredKey(run, planned.desired)),
    );
}

function prefer(run: Run, key: Sealed<string> | undefined): void {
  const index = key ? run.context.target.keys.indexOf(key) : -1;
  if (index >= 0) run.client.preferKey(index);
}

/** The key of the target that the files declare, as plaintext or as a hash. */
function declaredKey(run: Run, desired: Desired): Sealed<string> | undefined {
  const tree = desired.tree.open();
  const sections = [tree['remote-management'], tree['management']];
  const declared = sections.flatMap((section) => (isTree(section) ? [section['secret-key']] : []))[0];
  if (typeof declared !== 'string') return undefined;
  return run.context.target.keys.find((key) => isSecretOf(key.open(), declared));
}

const isSecretOf = (key: string, declared: string): boolean =>
  key === declared || (looksHashed(declared) && compareSync(key, declared));

/** Logs in once with the declared secret itself: an environment secret that still works proves nothing about it. */
export async function proveDeclaredKey(run: Run, planned: PlannedTarget): Promise<readonly Evidence[]> {
  if (!rotates(planned)) return [];
  const key = declaredKey(run, planned.desired);
  if (!key) return [];
  const check = 'the declared management secret is accepted';
  try {
    await run.client.send({
      method: 'GET',
      path: '/v0/management/debug',
      purpose: 'verify',
      credential: { managementKey: seal(key.open()) },
    });
    return [{ check, passed: true, detail: 'logged in once' }];
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return [{ check, passed: false, detail: error.problems[0]?.message ?? error.message }];
  }
}
