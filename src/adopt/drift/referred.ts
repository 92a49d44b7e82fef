// Secrets in a patch become references: never a value of the gateway into YAML. A place that had a reference keeps one.
import type { Catalog } from '../../gateway/catalog/field.ts';
import { seal } from '../../domain/secret.ts';
import type { Environment } from '../../input/environment.ts';
import { aroundReference, escaped, variablesIn } from '../../input/reference-text.ts';
import { isList, isTree, listOf, textsIn, type Tree, treeOf, type Value } from '../../lib/value.ts';
import type { Located, LocatedScalar } from '../../yaml/located.ts';
import { type ItemStep, type KeyStep, type Patch, patchValue } from '../../yaml/splice/patch.ts';
import { referTo, type Variable } from '../variables.ts';

export interface Referred {
  /** The same shape as the plain one. */
  readonly patch: Patch;
  /** That may be needed: `neededIn` says which are. */
  readonly variables: readonly Variable[];
}

/** `env`: what variables hold now; one that holds a value already is used for it. */
export function referred(
  patch: Patch,
  root: Located,
  declared: Tree,
  catalog: Catalog,
  env: Environment,
): Referred {
  const made = referTo(treeOf(patchValue(declared, patch)), catalog, env);
  const walk = new Walk(env, made.variables);
  return { patch: walk.patch(patch, root, made.tree), variables: walk.variables };
}

/** Those of `variables` that a patch refers to and that aren't set yet. */
export function neededIn(
  values: readonly Value[],
  variables: readonly Variable[],
  env: Environment,
): readonly Variable[] {
  const used = new Set([...textsIn(values)].flatMap(variablesIn));
  return variables.filter(({ name, secret }) => used.has(name) && env[name] !== secret.open());
}

class Walk {
  readonly variables: Variable[];
  readonly #env: Environment;

  constructor(env: Environment, variables: readonly Variable[]) {
    this.#env = env;
    this.variables = [...variables];
  }

  patch(patch: Patch, node: Located | undefined, written: Value | undefined): Patch {
    if (patch.kind === 'replace') return { kind: 'replace', value: this.#value(patch.value, node, written) };
    if (patch.kind === 'list') return this.#list(patch.items, node, listOf(written));
    const keys = [...patch.keys].map(([name, step]): [string, KeyStep] => {
      if (step.kind === 'remove' || step.kind === 'rename') return [name, step];
      const inner = node?.kind === 'map' ? node.members.get(name)?.node : undefined;
      return [name, this.patch(step, inner, treeOf(written)[name])];
    });
    return { kind: 'map', keys: new Map(keys) };
  }

  #list(items: readonly ItemStep[], node: Located | undefined, written: readonly Value[]): Patch {
    const old = node?.kind === 'list' ? node.items : [];
    const steps = items.map((step, i): ItemStep => {
      if (!('from' in step)) return { value: written[i] ?? step.value };
      return step.patch ? { ...step, patch: this.patch(step.patch, old[step.from], written[i]) } : step;
    });
    return { kind: 'list', items: steps };
  }

  #value(plain: Value, node: Located | undefined, written: Value | undefined): Value {
    if (node?.kind !== 'scalar' || node.reference === undefined || isList(plain) || isTree(plain))
      return written ?? plain;
    return this.#inPlaceOf(node, node.reference, String(plain)) ?? written ?? plain;
  }

  /** Undefined: what the catalog makes a secret is one already, and the rest may be shown. */
  #inPlaceOf({ value, public: open }: LocatedScalar, reference: string, meant: string): string | undefined {
    if (meant.trim() === '') return escaped(meant);
    const around = aroundReference(reference, { was: String(value), meant });
    if (around !== undefined) return around;
    const known = this.variables.find(({ secret }) => secret.open() === meant);
    if (known) return `\${env:${known.name}}`;
    if (open) return escaped(meant);
    const [stem = 'VALUE'] = variablesIn(reference);
    const name = this.#freeName(stem, meant);
    this.variables.push({ name, secret: seal(meant), usedAt: [] });
    return `\${env:${name}}`;
  }

  #freeName(stem: string, value: string): string {
    const holder = Object.keys(this.#env).find((name) => name.startsWith(stem) && this.#env[name] === value);
    if (holder !== undefined) return holder;
    const base = stem.replace(/_\d+$/, '');
    for (let number = 2; ; number += 1) {
      const name = `${base}_${number}`;
      if (this.#env[name] === undefined && !this.variables.some((one) => one.name === name)) return name;
    }
  }
}
