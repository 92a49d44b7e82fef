// What a pulled desired state leaves to the gateway: its listener, its own files, its management, defaults it wrote out.
// `include` and `exclude` override that. Knows paths and values, no text.
import type { Catalog, Field } from '../gateway/catalog/field.ts';
import { canonical } from '../gateway/model/equal.ts';
import { coversPath, formatPath, key, type Path, parsePath } from '../nouns/path.ts';
import { type Problem, problem } from '../nouns/problem.ts';
import { isTree, type Tree, type Value } from '../nouns/value.ts';
import { spelled } from './spelling.ts';
import type { KeyStep, Patch } from '../plan/splice-patch.ts';

export interface Selection {
  /** Taken although it is left out by default. */
  readonly include: readonly Path[];
  readonly exclude: readonly Path[];
}

export interface LeftOut {
  /** In the path grammar. */
  readonly path: string;
  readonly why: string;
}

interface Rule {
  readonly path: Path;
  readonly excluded: boolean;
  readonly why: string;
}

/** Of one machine: the same desired state should fit a gateway that stands elsewhere. */
const OF_THE_MACHINE: readonly (readonly [string, string])[] = [
  ['host', 'where the gateway listens'],
  ['port', 'where the gateway listens'],
  ['tls', 'where the gateway listens'],
  ['auth-dir', 'a directory of the machine'],
  ['plugins.dir', 'a directory of the machine'],
  ['remote-management', 'who may manage the gateway'],
];

/**
 * What the gateway writes into its file by itself (C v0 §4.4 N10); left out where it is the default. `ws-auth`, which it
 * writes too, stays: nothing tells whether an operator wrote that switch, and it decides who is let in.
 */
const WRITTEN_OUT = ['credential-concurrency', 'credential-in-flight', 'redis-usage-queue-retention-seconds'];

/** The gateway holds only a hash of it. */
const NEVER: readonly LeftOut[] = [
  { path: 'remote-management.secret-key', why: 'the gateway holds only a hash of it' },
];

/**
 * The patch that takes out what is not to be declared, and what that is. `unfit`: what a desired state cannot say;
 * nothing includes it.
 */
export function leaveOut(
  content: Tree,
  catalog: Catalog,
  selection: Selection,
  unfit: readonly LeftOut[],
): { readonly patch: Patch | undefined; readonly leftOut: readonly LeftOut[] } {
  const never = [...NEVER, ...unfit].map(({ path, why }) => ({ path: parsePath(path), excluded: true, why }));
  const scope = new Scope(rulesFor(content, catalog, selection), never);
  const keys = scope.visit(catalog, catalog.root, content, []);
  return { patch: keys.size > 0 ? { kind: 'map', keys } : undefined, leftOut: scope.leftOut };
}

/** Of one specificity the last wins. */
function rulesFor(content: Tree, catalog: Catalog, { include, exclude }: Selection): Rule[] {
  const defaults = OF_THE_MACHINE.map(([path, why]) => ({ path: parsePath(path), excluded: true, why }));
  const written = WRITTEN_OUT.filter((name) => isDefault(catalog, name, content[name]));
  return [
    ...defaults,
    ...written.map((name) => ({ path: [key(name)], excluded: true, why: 'the default' })),
    ...exclude.map((path) => ({ path, excluded: true, why: 'excluded' })),
    ...include.map((path) => ({ path, excluded: false, why: '' })),
  ];
}

function isDefault(catalog: Catalog, name: string, value: Value | undefined): boolean {
  const field = catalog.child(catalog.root, name);
  return field !== undefined && value !== undefined && canonical(field, value) === undefined;
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

/** What of `--include` and `--exclude` cannot be done: unknown keys, entries of lists (they are owned whole). */
export function selectionProblems(catalog: Catalog, selection: Selection): readonly Problem[] {
  return [...selection.include, ...selection.exclude].flatMap((path) => {
    const shown = formatPath(path);
    let field: Field | undefined = catalog.root;
    for (const { name } of path) {
      if (field?.kind === 'list')
        return [
          problem('HF1001', `\`${shown}\` lies inside a list, and lists are declared whole or not at all`),
        ];
      field = field && catalog.child(field, name ?? '*');
    }
    return field ? [] : [problem('HF1005', `the gateway has no key \`${shown}\``)];
  });
}
