// Other spellings of allowed values that the gateway's own endpoints accept: `rr` for `round-robin`. They are
// replaced by the schema's spelling, with a warning. Pure.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { choiceMeant } from './choice.ts';
import { formatPath } from '../../domain/path.ts';
import { type Problem, problem } from '../../domain/problem/problem.ts';
import { type Located, type LocatedMap, type LocatedScalar, pathTo } from '../../yaml/located.ts';

export interface Respelled {
  readonly root: LocatedMap;
  readonly problems: readonly Problem[];
}

/** The same root if every value has the schema's spelling. */
export function withKnownChoices(root: LocatedMap, catalog: Catalog): Respelled {
  const pass = new Pass(root, catalog);
  return { root: pass.node(root, catalog.root, []) as LocatedMap, problems: pass.problems }; // a mapping stays one
}

class Pass {
  readonly problems: Problem[] = [];
  readonly #root: LocatedMap;
  readonly #catalog: Catalog;

  constructor(root: LocatedMap, catalog: Catalog) {
    this.#root = root;
    this.#catalog = catalog;
  }

  node(node: Located, field: Field | undefined, steps: readonly string[]): Located {
    if (!field) return node;
    if (node.kind === 'scalar') return this.#scalar(node, field, steps);
    if (node.kind === 'list') {
      const inner = this.#catalog.child(field, '[]');
      const items = node.items.map((item, i) => this.node(item, inner, [...steps, String(i)]));
      return items.every((item, i) => item === node.items[i]) ? node : { ...node, items };
    }
    let isSame = true;
    const members = new Map(node.members);
    for (const [name, member] of node.members) {
      const made = this.node(member.node, this.#catalog.child(field, name), [...steps, name]);
      if (made === member.node) continue;
      isSame = false;
      members.set(name, { ...member, node: made });
    }
    return isSame ? node : { ...node, members };
  }

  #scalar(node: LocatedScalar, field: Field, steps: readonly string[]): LocatedScalar {
    if (node.unresolved) return node;
    const meant = choiceMeant(field, node.value);
    if (meant === undefined || meant === node.value || typeof meant === 'object') return node;
    const path = formatPath(pathTo(this.#root, steps));
    this.problems.push(
      problem('HF2052', `\`${path}\` is another spelling of \`${String(meant)}\`, and Holdfast writes that`, {
        severity: 'warning',
        path,
        position: node.position,
        remedy: `You don't need to do anything. Write \`${String(meant)}\` to use the gateway's spelling.`,
      }),
    );
    return { ...node, value: meant };
  }
}
