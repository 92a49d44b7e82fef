// The current user, as far as the daemon gave them access.
import { computed, signal } from '@preact/signals';
import type { ProblemView, Session } from '../../../api-schema/views.ts';

/** `asking` until the first response; `none` shows the login, with the reason if there was a session before. */
export type AuthState =
  | { readonly kind: 'asking'; readonly problem?: ProblemView }
  | { readonly kind: 'none'; readonly ended: boolean }
  | { readonly kind: 'in'; readonly session: Session };

export const authState = signal<AuthState>({ kind: 'asking' });

export const mayOperate = computed(
  () => authState.value.kind === 'in' && authState.value.session.role === 'operate',
);

/** The daemon doesn't know this browser, or no longer does. */
export function shutOut(): void {
  if (authState.value.kind !== 'none')
    authState.value = { kind: 'none', ended: authState.value.kind === 'in' };
}
