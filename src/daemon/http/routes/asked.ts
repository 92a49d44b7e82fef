// Converts requests to the engine's types, and says who sent them.
import type { FastifyRequest } from 'fastify';
import { parsePath, type Path } from '../../../domain/path.ts';
import { fail } from '../../../domain/problem/problem.ts';
import type { Allowance, Mode, Target } from '../../../domain/target.ts';
import { parseAllowance } from '../../../settings/policy.ts';
import type { HttpOptions } from '../server/options.ts';

/** Throws HF7036 for an invalid one. */
export function allowances(texts: readonly string[]): readonly Allowance[] {
  return texts.map((text) => {
    const allowance = parseAllowance(text);
    if (typeof allowance === 'string') throw fail('HF7036', `allow: ${allowance}`);
    return allowance;
  });
}

/** Throws HF7036 for a text that isn't a path. */
export function onlyPaths(only: readonly string[] | undefined): { readonly only?: readonly Path[] } {
  if (!only) return {};
  try {
    return { only: only.map(parsePath) };
  } catch (error) {
    throw fail('HF7036', `only: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Throws HF7036 if the settings don't let Holdfast write, because a request can't override that. */
export function inMode({ name, mode }: Target, asked: Mode | undefined): { readonly mode?: Mode } {
  if (asked === undefined) return {};
  if (mode === 'observe' && asked !== 'observe')
    throw fail('HF7036', `mode: the settings only allow observing "${name}"`, { target: name });
  return { mode: asked };
}

/** Throws HF7042: what can't be undone easily needs a confirmation. */
export function confirmed(target: string, confirm: string): void {
  if (confirm !== target)
    throw fail('HF7042', `\`confirm\` isn't "${target}", the name of the target`, { target });
}

/** The name of the requester; also writes a log line with it. */
export function asking(
  { who, ip }: FastifyRequest,
  { note }: Pick<HttpOptions, 'note'>,
  what: string,
): string {
  const name = who?.name ?? 'somebody';
  note('info', `${name} (${ip}) requested: ${what}`);
  return name;
}
