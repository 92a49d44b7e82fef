// Who is looking, as far as the daemon gave them access.
import { computed, signal } from '@preact/signals';
import type { ProblemView, Session } from '../../../api-schema/views.ts';

/** `asking` until the first answer; `none` shows the login, with why when one was there before. */
export type AuthState =
  | { readonly kind: 'asking'; readonly problem?: ProblemView }
  | { readonly kind: 'none'; readonly ended: boolean }
  | { readonly kind: 'in'; readonly session: Session };

export const authState = signal<AuthState>({ kind: 'asking' });

export const mayOperate = computed(
  () => authState.value.kind === 'in' && authState.value.session.role === 'operate',
);

/** The daemon does not know this browser (any more). */
export function shutOut(): void {
  if (authState.value.kind !== 'none')
    authState.value = { kind: 'none', ended: authState.value.kind === 'in' };
}
