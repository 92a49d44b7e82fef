// Edits of files were compared with the gateway before they were written: once they are, that is the last check of the target.
import type { Adoption } from '../../compose/adoption.ts';
import type { Session } from '../../compose/session.ts';
import { lastCheckOf } from '../../domain/plan/last-check.ts';

export async function recordCheck(
  { store, clock }: Session,
  { target, proof }: Pick<Adoption, 'target' | 'proof'>,
): Promise<void> {
  const { plan } = proof.prepared;
  const lastDeepCheck = lastCheckOf(plan, plan.changes.length === 0, clock.now());
  await store.update(target, { lastDeepCheck });
}
