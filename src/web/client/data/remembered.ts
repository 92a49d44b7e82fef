// Settings of this browser, kept in its local storage: theme, and how times are shown. Nothing else is stored.
import { effect, signal } from '@preact/signals';

const stored = (name: string): string | null => localStorage.getItem(`holdfast.${name}`);

const keep = (name: string, value: string): void => localStorage.setItem(`holdfast.${name}`, value);

/** `system` follows the operating system. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

export const theme = signal<Theme>(THEMES.find((name) => name === stored('theme')) ?? 'system');
/** Exact times instead of `5 min ago`: without a mouse, tooltips aren't available. */
export const exactTimes = signal(stored('times') === 'exact');

export function rememberChoices(): void {
  effect(() => {
    if (theme.value === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme.value;
    keep('theme', theme.value);
  });
  effect(() => keep('times', exactTimes.value ? 'exact' : 'relative'));
}
