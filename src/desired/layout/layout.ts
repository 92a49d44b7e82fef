// Which layout a file has, the flat one of v6 and v7 or the tree of v8, and how files of both are combined.
import { isFlat as isFlatLayout } from '../../gateway/layout/layouts.ts';
import { loadCatalog } from '../../gateway/catalog/catalog.ts';
import { type Refusal, type Remark, rewrite, type RewriteOptions } from '../../gateway/layout/rewrite.ts';
import { layoutTable } from '../../gateway/layout/table.ts';
import type { Layout } from '../../domain/desired.ts';
import { formatPath, key } from '../../domain/path.ts';
import { type Problem, problem } from '../../domain/problem/problem.ts';
import type { LocatedMap, Member } from '../../yaml/located.ts';
import { LOCATED_ADAPTER, type Placed } from './located-adapter.ts';

/** What plan and apply can work with. */
export const MANAGED_LAYOUTS: readonly Layout[] = ['legacy', 'v8'];

/** What can be checked, shown and translated. */
export const ALL_LAYOUTS: readonly Layout[] = ['legacy', 'v8'];

/** Top-level keys that both layouts have; their children decide. */
const SHARED: ReadonlySet<string> = new Set(['api-keys', 'routing', 'plugins', 'quota-exceeded']);
const V8_ROUTING = ['cooldown', 'retry', 'force-model-prefix', 'session-affinity-subagents'];

export interface LayoutFound {
  /** Undefined: everything in the file has the same path in both layouts. */
  readonly layout?: Layout;
  readonly problem?: Problem;
}

/**
 * Determined by the keys alone. Two layouts in one file are a problem, and so is a layout that isn't among
 * `accepted`.
 */
export function layoutOf(root: LocatedMap, accepted: readonly Layout[]): LayoutFound {
  const v8 = [...root.members].find(([name, member]) => isV8(name, member));
  const flat = [...root.members].find(([name, member]) => isFlat(name, member, v8 !== undefined));
  if (!v8) return flat ? { layout: 'legacy' } : {};
  const [name, { position }] = v8;
  if (flat) return { problem: mixed(v8, flat) };
  if (accepted.includes('v8')) return { layout: 'v8' };
  return {
    problem: problem('HF2044', `\`${name}\` belongs to the v8 layout`, { position, path: name }),
  };
}

function isV8(name: string, { node }: Member): boolean {
  if (name === 'api-keys') return node.kind === 'map';
  if (name === 'routing') return node.kind === 'map' && V8_ROUTING.some((each) => node.members.has(each));
  return v8Roots().has(name);
}

/** A list of `api-keys` next to keys of v8 is a separate mistake, which validation describes better. */
function isFlat(name: string, { node }: Member, besideV8: boolean): boolean {
  if (name === 'api-keys') return node.kind === 'list' && !besideV8;
  if (SHARED.has(name) || v8Roots().has(name)) return false;
  return loadCatalog('legacy').root.fields?.has(name) === true || flatPlaces(name).length > 0;
}

let roots: ReadonlySet<string> | undefined;

/** From the table, so that the catalog of v8 is compiled only if a file uses that layout. */
function v8Roots(): ReadonlySet<string> {
  const places = (): string[] => layoutTable().rows.flatMap(({ v8 }) => v8?.split('.')[0] ?? []);
  roots ??= new Set(places().filter((name) => !SHARED.has(name)));
  return roots;
}

type Named = readonly [string, Member];

function mixed([name, v8]: Named, [flatName, flat]: Named): Problem {
  const message = `\`${name}\` belongs to the v8 layout, \`${flatName}\` in line ${flat.position.line} to the flat one`;
  const now = placeInV8(flatName);
  const spelled = now === undefined ? '' : ` In the v8 tree, \`${flatName}\` is \`${now}\`.`;
  return problem('HF2043', message, {
    position: v8.position,
    path: formatPath([key(name)]),
    remedy: `Use one layout per file.${spelled} \`holdfast migrate\` rewrites whole files.`,
  });
}

function flatPlaces(name: string): readonly string[] {
  const { rows, families } = layoutTable();
  return [...rows, ...families].flatMap(({ legacy = '' }) =>
    legacy === name || legacy.startsWith(`${name}.`) ? [legacy] : [],
  );
}

/** Where v8 has a key of the flat layout, or a section that moved as a whole. */
export function placeInV8(flat: string): string | undefined {
  const { rows, families } = layoutTable();
  const exact = [...rows, ...families].find(({ legacy }) => legacy === flat)?.v8;
  if (exact !== undefined) return exact;
  const places = rows.flatMap(({ legacy = '', v8 = '' }) => {
    const below = legacy.slice(flat.length);
    return legacy.startsWith(`${flat}.`) ? [v8.endsWith(below) ? v8.slice(0, -below.length) : undefined] : [];
  });
  return new Set(places).size === 1 ? places[0] : undefined;
}

export interface InLayout {
  readonly root: LocatedMap;
  readonly problems: readonly Problem[];
}

/**
 * A file in the layout `to`, with the current spellings. What can't be expressed is an error, and is never left out.
 */
export function inLayout(root: LocatedMap, from: Layout, to: Layout, options: RewriteOptions = {}): InLayout {
  if (isFlatLayout(from) && isFlatLayout(to)) return { root, problems: [] };
  const made = rewrite<Placed>({ node: root, position: root.position }, LOCATED_ADAPTER, from, to, options);
  // New sections get the position of their first key.
  if (from === to && made.remarks.length + made.refusals.length === 0) return { root, problems: [] };
  return {
    root: made.root.node as LocatedMap, // a rewritten mapping is one
    problems: [...made.refusals.map((one) => refused(one, to)), ...made.remarks.flatMap(remarked)],
  };
}

function refused({ why, at, path, other }: Refusal<Placed>, to: Layout): Problem {
  const shown = formatPath(path.map(key));
  const layout = isFlatLayout(to) ? 'the flat layout' : 'the v8 tree';
  const details = { position: at.position, path: shown };
  switch (why) {
    case 'both':
      return problem('HF2043', `\`${shown}\` is another spelling of \`${other}\`, which is also here`, {
        ...details,
        remedy: `Keep only \`${other}\`.`,
      });
    case 'gone':
      return problem(
        'HF2047',
        `\`${shown}\` can't be expressed in ${layout}: newer v8 gateways don't have this key`,
        {
          ...details,
          remedy: 'Remove it, or keep the gateway on v7.',
        },
      );
    case 'empty':
      return problem('HF2047', `\`${shown}\` is empty and has no meaning in ${layout}`, {
        ...details,
        remedy: 'Declare keys below it, or remove it.',
      });
    case 'shape':
      return problem('HF2031', `\`${shown}\` must be ${other}`, details);
    case 'unknown':
      return problem('HF2047', `\`${shown}\` doesn't exist in ${layout}`, details);
  }
}

function remarked({ what, at, path, now }: Remark<Placed>): Problem[] {
  if (what !== 'spelling') return [];
  const shown = formatPath(path.map(key));
  return [
    problem('HF2045', `\`${shown}\` is an earlier spelling of \`${now}\``, {
      severity: 'warning',
      position: at.position,
      path: shown,
      remedy: `Write \`${now}\`.`,
    }),
  ];
}
