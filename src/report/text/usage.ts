// Requests by credential as a table.
import { keyText } from '../../domain/named-key.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';

export interface ShownUsage {
  readonly provider: string;
  readonly baseUrl: string;
  readonly key?: string;
  readonly name?: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly recent: readonly { readonly succeeded: number; readonly failed: number }[];
}

export function usageText(
  target: string,
  credentials: readonly ShownUsage[],
  style: Style,
  columns?: number,
): string {
  const title = style.accent(style.bold(target));
  if (credentials.length === 0) return `${title}\n  no credential has been registered yet\n`;
  const rows = credentials.map((one) => [
    one.provider,
    keyText(one),
    one.baseUrl,
    String(one.succeeded),
    one.failed > 0 ? style.bad(String(one.failed)) : '0',
    String(one.recent.reduce((sum, slot) => sum + slot.succeeded + slot.failed, 0)),
  ]);
  return `${title}\n${table(['provider', 'key', 'base url', 'ok', 'failed', 'last 200 min'], rows, style, { columns, optional: 1 })}\n`;
}
