// A hint about a key at a path where no gateway reads it: its right path. Adds to the errors of the schema.
import { isFlat } from '../../gateway/layout/layouts.ts';
import type { Catalog } from '../../gateway/catalog/field.ts';
import type { Layout } from '../../domain/desired.ts';
import type { PlacedProblem } from '../../input/schema-problems.ts';
import { placeInV8 } from '../layout/layout.ts';

/** The same problem with the right path, if there is one. */
export function correctedSpelling(found: PlacedProblem, catalog: Catalog): PlacedProblem {
  const better = hintFor(found, catalog);
  if (!better) return found;
  const { problem } = found;
  const subject = `\`${problem.path ?? ''}\``;
  return {
    ...found,
    problem: { ...problem, message: `${subject} ${better.message}`, remedy: better.remedy },
  };
}

interface Hint {
  readonly message: string;
  readonly remedy: string;
}

function hintFor({ steps, problem }: PlacedProblem, catalog: Catalog): Hint | undefined {
  if (problem.code === 'HF2031') return clientKeys(steps, catalog.layout);
  if (problem.code !== 'HF2030') return undefined;
  const path = steps.join('.');
  return isFlat(catalog.layout)
    ? newInV8(path)
    : (ofGroups(steps) ?? flatName(path) ?? elsewhere(steps, catalog));
}

function clientKeys(steps: readonly string[], layout: Layout): Hint | undefined {
  if (isFlat(layout) || steps.join('.') !== 'api-keys') return undefined;
  return {
    message: "contains credentials by provider in the v8 tree, and isn't a list",
    remedy: 'Client keys are in `access.api-keys` there.',
  };
}

/** `base-url` belongs to the group, what identifies one credential to the key (C v8 §2). */
function ofGroups(steps: readonly string[]): Hint | undefined {
  const [root, , , keys, , member] = steps;
  if (root !== 'api-keys') return undefined;
  const inKey = keys === 'keys' && member !== undefined && steps.length === 6;
  if (inKey && member === 'base-url')
    return {
      message: 'belongs to the group, not to a key',
      remedy: 'Move `base-url` next to `keys`. Keys with another address need a separate group.',
    };
  if (steps.length === 4 && keys === 'api-key-entries')
    return { message: 'is `keys` in the v8 tree', remedy: 'Write `keys`.' };
  if (steps.length === 4 && keys !== undefined && OF_KEYS.has(keys))
    return {
      message: 'belongs to the keys of the group, not to the group',
      remedy: `Move \`${keys}\` into the entries of \`keys\`.`,
    };
  return undefined;
}

const OF_KEYS: ReadonlySet<string> = new Set(
  'api-key weight websockets alpha-search disable-codex-cloaking rebuild-mid-system-message cloak fingerprint-profile experimental-cch-signing'.split(
    ' ',
  ),
);

function flatName(path: string): Hint | undefined {
  const now = placeInV8(path);
  if (now === undefined || now === path) return undefined;
  return {
    message: `belongs to the flat layout. In the v8 tree it's \`${now}\``,
    remedy: `Write \`${now}\`.`,
  };
}

/** What only v8 gateways know, by its flat name. */
function newInV8(path: string): Hint | undefined {
  const now = placeInV8(path);
  if (now === undefined) return undefined;
  return {
    message: `isn't known to v7 gateways. In the v8 tree it's \`${now}\``,
    remedy: 'Write the files in the v8 layout (`holdfast migrate`), or remove the key.',
  };
}

/** A name that is a key at exactly one other path. */
function elsewhere(steps: readonly string[], catalog: Catalog): Hint | undefined {
  const name = steps.at(-1);
  const places = catalog.all().filter((field) => field.name === name && !field.pattern.includes('*'));
  const [only] = places;
  if (!only || places.length > 1) return undefined;
  return {
    message: `isn't known here. Did you mean \`${only.pattern}\`?`,
    remedy: `Write \`${only.pattern}\`.`,
  };
}
