// What a pulled desired state doesn't own: the gateway's listener, its own files, its management, and defaults that
// it wrote. `include` and `exclude` override that. Knows paths and values, no text.
import { isFlat } from '../gateway/layout/layouts.ts';
import { loadCatalog } from '../gateway/catalog/catalog.ts';
import type { Catalog, Field } from '../gateway/catalog/field.ts';
import { noKeyText } from '../gateway/catalog/nearby.ts';
import { canonical } from '../gateway/model/equal.ts';
import { pathsIn } from '../gateway/layout/locate.ts';
import { OF_THE_MACHINE } from '../gateway/layout/machine.ts';
import { placeInV8 } from '../desired/layout/layout.ts';
import { coversPath, formatPath, key, type Path, parsePath } from '../domain/path.ts';
import { type Problem, problem } from '../domain/problem/problem.ts';
import { isTree, type Tree, type Value, valueAt } from '../lib/value.ts';
import { spelled } from './spelling.ts';
import type { KeyStep, Patch } from '../yaml/splice/patch.ts';

export interface Selection {
  /** Included although it is excluded by default. */
  readonly include: readonly Path[];
  readonly exclude: readonly Path[];
}

export interface LeftOut {
  /** As path text. */
  readonly path: string;
  readonly why: string;
}

interface Rule {
  readonly path: Path;
  readonly excluded: boolean;
  readonly why: string;
}

/**
 * What the gateway writes into its file by itself (C v0 §4.4 N10); omitted if it is the default. `ws-auth`, which it
 * writes too, stays: an operator may have written it, and it decides who has access.
 */
const WRITTEN_OUT = ['credential-concurrency', 'credential-in-flight', 'redis-usage-queue-retention-seconds'];

/** What no desired state can own. */
function never(catalog: Catalog): LeftOut[] {
  const secret = placeIn(catalog, 'remote-management.secret-key');
  const counted = catalog.all().filter(({ readOnly }) => readOnly);
  return [
    { path: secret, why: 'the gateway stores only a hash of it' },
    ...counted.map(({ pattern }) => ({ path: pattern, why: 'the gateway sets this value itself' })),
  ];
}

/** A path of the flat layout in the spelling of the catalog's. */
const placeIn = ({ layout }: Catalog, flat: string): string =>
  isFlat(layout) ? flat : (placeInV8(flat) ?? flat);

/**
 * The patch that removes what shouldn't be declared, and the list of it. `unfit`: what a desired state can't
 * express, whatever `include` says.
 */
export function leaveOut(
  content: Tree,
  catalog: Catalog,
  selection: Selection,
  unfit: readonly LeftOut[],
): { readonly patch: Patch | undefined; readonly leftOut: readonly LeftOut[] } {
  const barred = [...never(catalog), ...unfit];
  const bars = barred.map(({ path, why }) => ({ path: parsePath(path), excluded: true, why }));
  const scope = new Scope(rulesFor(content, catalog, selection), bars);
  const keys = scope.visit(catalog, catalog.root, content, []);
  return { patch: keys.size > 0 ? { kind: 'map', keys } : undefined, leftOut: scope.leftOut };
}

/** If several are equally specific, the last one wins. */
function rulesFor(content: Tree, catalog: Catalog, { include, exclude }: Selection): Rule[] {
  const defaults = OF_THE_MACHINE.map(([flat, why]) => ({
    path: parsePath(placeIn(catalog, flat)),
    excluded: true,
    why,
  }));
  const written = WRITTEN_OUT.map((flat) => placeIn(catalog, flat).split('.')).filter((names) =>
    isDefault(catalog, names, content),
  );
  return [
    ...defaults,
    ...written.map((names) => ({ path: names.map(key), excluded: true, why: 'the default' })),
    ...exclude.map((path) => ({ path, excluded: true, why: 'excluded' })),
    ...include.map((path) => ({ path, excluded: false, why: '' })),
  ];
}

/** Whether it has no effect, because it is the gateway's default or a counter of the gateway. */
function isDefault(catalog: Catalog, names: readonly string[], content: Tree): boolean {
  const field = catalog.at(names);
  const value = valueAt(content, names);
  return field !== undefined && value !== undefined && canonical(field, owned(field, value)) === undefined;
}

function owned(field: Field, value: Value): Value {
  if (!isTree(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !field.fields?.get(name)?.readOnly));
}

class Scope {
  readonly leftOut: LeftOut[] = [];
  readonly #rules: readonly Rule[];
  readonly #never: readonly Rule[];

  constructor(rules: readonly Rule[], never: readonly Rule[]) {
    this.#rules = rules;
    this.#never = never;
  }

  visit(catalog: Catalog, field: Field, tree: Tree, at: Path): Map<string, KeyStep> {
    const keys = new Map<string, KeyStep>();
    for (const [name, value] of Object.entries(tree)) {
      const path = [...at, key(spelled(field, name))];
      const inner = catalog.child(field, name);
      if (inner && isTree(value) && this.#isDivided(path)) {
        const below = this.visit(catalog, inner, value, path);
        const gone = [...below.values()].filter(({ kind }) => kind === 'remove').length;
        if (gone === Object.keys(value).length) keys.set(name, { kind: 'remove' });
        else if (below.size > 0) keys.set(name, { kind: 'map', keys: below });
      } else {
        const rule = this.#ruleFor(path);
        if (!rule?.excluded) continue;
        keys.set(name, { kind: 'remove' });
        this.leftOut.push({ path: formatPath(path), why: rule.why });
      }
    }
    return keys;
  }

  #ruleFor(path: Path): Rule | undefined {
    const never = this.#never.find((rule) => coversPath(rule.path, path));
    if (never) return never;
    return this.#rules
      .filter((rule) => coversPath(rule.path, path))
      .reduce<Rule | undefined>(
        (best, rule) => (best && best.path.length > rule.path.length ? best : rule),
        undefined,
      );
  }

  /** Whether what is below is not treated as one. */
  #isDivided(path: Path): boolean {
    return [...this.#never, ...this.#rules].some(
      (rule) =>
        rule.path.length > path.length &&
        coversPath(rule.path.slice(0, path.length), path) &&
        rule.excluded !== (this.#ruleFor(path)?.excluded ?? false),
    );
  }
}

/** The selection in the spelling of the file's layout: its own paths first, those of the other layout translated. */
export function selectionIn(catalog: Catalog, { include, exclude }: Selection): Selection {
  const spelledHere = (path: Path): readonly Path[] =>
    faultOf(catalog, path) === undefined ? [path] : pathsIn(catalog.layout, path, catalog.layout);
  return { include: include.flatMap(spelledHere), exclude: exclude.flatMap(spelledHere) };
}

/**
 * What of `--include` and `--exclude` isn't possible in either layout: unknown keys, entries of lists (they are
 * owned as a whole).
 */
export function selectionProblems(flat: Catalog, selection: Selection): readonly Problem[] {
  return [...selection.include, ...selection.exclude].flatMap((path) => {
    const fault = faultOf(flat, path);
    return fault && faultOf(loadCatalog('v8'), path) ? [fault] : [];
  });
}

function faultOf(catalog: Catalog, path: Path): Problem | undefined {
  const shown = formatPath(path);
  let field: Field | undefined = catalog.root;
  for (const { name } of path) {
    if (field?.kind === 'list')
      return problem('HF1001', `\`${shown}\` is inside a list, and you can only declare whole lists`);
    field = field && catalog.child(field, name ?? '*');
  }
  return field ? undefined : problem('HF1005', noKeyText(shown));
}
