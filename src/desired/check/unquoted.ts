// Removes values of references from problems: their readers may not have access to the secrets. Pure.
import type { Problem } from '../../domain/problem/problem.ts';
import { REDACTED, redactor } from '../../lib/redact.ts';
import type { Located } from '../../yaml/located.ts';

/** Every text from a reference, except public ones. */
export function broughtIn(root: Located): ReadonlySet<string> {
  const texts = new Set<string>();
  const walk = (node: Located): void => {
    if (node.kind === 'list') return node.items.forEach(walk);
    if (node.kind === 'map') return node.members.forEach((member) => walk(member.node));
    const { value, reference, unresolved, brought = [] } = node;
    if (reference === undefined || unresolved || node.public || value === null || typeof value === 'boolean')
      return;
    for (const text of [String(value), ...brought]) if (text.trim() !== '') texts.add(text);
  };
  walk(root);
  return texts;
}

/** Redaction by value ignores shorter texts; here they are removed if a message quotes them. */
const SHORT = 8;

export function quotingNothing(
  problems: readonly Problem[],
  brought: ReadonlySet<string>,
): readonly Problem[] {
  if (brought.size === 0 || problems.length === 0) return problems;
  const net = redactor(brought);
  const short = quotedAmong([...brought].filter(({ length }) => length < SHORT));
  const unquoted = (text: string): string => net.text(short ? text.replaceAll(short, REDACTED) : text);
  return problems.map((one) => ({
    ...one,
    message: unquoted(one.message),
    ...(one.path !== undefined && { path: unquoted(one.path) }),
    ...(one.remedy !== undefined && { remedy: unquoted(one.remedy) }),
  }));
}

function quotedAmong(texts: readonly string[]): RegExp | undefined {
  if (texts.length === 0) return undefined;
  const any = texts.map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)).join('|');
  return new RegExp(`(?<=[\`"'[])(?:${any})(?=[\`"'\\]])`, 'g');
}
