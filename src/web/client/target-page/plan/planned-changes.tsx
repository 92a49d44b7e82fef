// What an apply would change, for its confirmation: every change, in a list of limited height.
import { pending, type Plan } from '../../../../domain/plan/plan.ts';
import { Changes } from './changes.tsx';

export function PlannedChanges({ plan }: { readonly plan: Plan }) {
  const changes = pending(plan);
  if (changes.length === 0) return null;
  return (
    <div class="planned" tabIndex={0} role="group" aria-label="Changes">
      <Changes changes={changes} />
    </div>
  );
}
