// What an apply would change, for its confirmation: every change, in a list of limited height.
import { pending, type Plan } from '../../../../domain/plan/plan.ts';
import { ChangeRow } from './change.tsx';

export function PlannedChanges({ plan }: { readonly plan: Plan }) {
  const changes = pending(plan);
  if (changes.length === 0) return null;
  return (
    <div class="planned" tabIndex={0} role="group" aria-label="Changes">
      <ul class="plain">
        {changes.map((change) => (
          <ChangeRow key={change.id} change={change} section="" />
        ))}
      </ul>
    </div>
  );
}
