// Requests by credential as a table.
import type { Style } from './style.ts';
import { table } from './table.ts';

export interface ShownUsage {
  readonly provider: string;
  readonly baseUrl: string;
  readonly key?: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly recent: readonly { readonly succeeded: number; readonly failed: number }[];
}

export function usageText(target: string, credentials: readonly ShownUsage[], style: Style): string {
  const title = style.accent(style.bold(target));
  if (credentials.length === 0) return `${title}\n  no credential has been registered yet\n`;
  const rows = credentials.map(({ provider, baseUrl, key, succeeded, failed, recent }) => [
    provider,
    key === undefined ? '' : `#${key.replace(/^#/, '')}`,
    baseUrl,
    String(succeeded),
    failed > 0 ? style.bad(String(failed)) : '0',
    String(recent.reduce((sum, slot) => sum + slot.succeeded + slot.failed, 0)),
  ]);
  return `${title}\n${table(['provider', 'key', 'base url', 'ok', 'failed', 'last 200 min'], rows, style)}\n`;
}
