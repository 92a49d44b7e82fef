// Who is looking, as far as the daemon let them in.
import { computed, signal } from '@preact/signals';
import type { ProblemView, Session } from '../../../api-schema/views.ts';

/** `asking` until the first answer; `none` shows the login, with why when one was there before. */
export type Seat =
  | { readonly kind: 'asking'; readonly problem?: ProblemView }
  | { readonly kind: 'none'; readonly ended: boolean }
  | { readonly kind: 'in'; readonly session: Session };

export const seat = signal<Seat>({ kind: 'asking' });

export const mayOperate = computed(() => seat.value.kind === 'in' && seat.value.session.role === 'operate');

/** The daemon does not know this browser (any more). */
export function shutOut(): void {
  if (seat.value.kind !== 'none') seat.value = { kind: 'none', ended: seat.value.kind === 'in' };
}
