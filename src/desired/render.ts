// The merged desired state for people: each value with its file and line, secrets as reference or fingerprint. Pure.
import type { Catalog } from '../gateway/catalog/field.ts';
import { mapSecrets } from '../gateway/catalog/secrets.ts';
import { type Desired, positionAt } from '../domain/desired.ts';
import { formatPath, pointerTo } from '../domain/path.ts';
import type { Fingerprints } from '../domain/secret.ts';
import type { Redacted, RedactedTree } from '../domain/redacted.ts';
import { isList, isTree, type Tree, type Value } from '../lib/value.ts';
import { atReferences, displayPath } from './read/locations.ts';

/** One declared value: a scalar, or a list or mapping declared empty. */
export interface RenderedValue {
  /** As path text; entries by name or position. */
  readonly path: string;
  /** Secrets are `#fingerprint`; a value from a reference is the reference's text. */
  readonly value: Redacted;
  /** `desired-state/providers.yaml:12`. */
  readonly origin: string;
}

export interface Rendered {
  readonly target: string;
  readonly layout: Desired['layout'];
  readonly revision: Desired['revision'];
  /** The merged mapping, ready to be printed as YAML or JSON. */
  readonly tree: RedactedTree;
  /** In the order of the tree. */
  readonly values: readonly RenderedValue[];
}

export function renderDesired(desired: Desired, catalog: Catalog, fingerprints: Fingerprints): Rendered {
  const declared = desired.tree.open();
  const tree = atReferences(
    hidden(declared, catalog, fingerprints),
    desired.references,
    (text) => text,
  ) as Tree;
  const values = [...leaves(tree, [])].map(({ steps, value }) => ({
    path: formatPath(displayPath(declared, steps, desired.references)),
    value,
    origin: originOf(desired, pointerTo(steps)),
  }));
  return { target: desired.target, layout: desired.layout, revision: desired.revision, tree, values };
}

function hidden(tree: Tree, catalog: Catalog, fingerprints: Fingerprints): Value {
  const name = (secret: string): string => `#${fingerprints.of(secret)}`;
  return mapSecrets<string>(catalog.root, tree, { whole: name, part: name }) as Value; // texts replaced by texts
}

function* leaves(
  value: Value,
  steps: readonly string[],
): Generator<{ steps: readonly string[]; value: Redacted }> {
  const children = isList(value)
    ? value.map((item, i) => [String(i), item] as const)
    : isTree(value)
      ? Object.entries(value)
      : [];
  if (children.length === 0 && steps.length > 0) yield { steps, value };
  for (const [name, child] of children) yield* leaves(child, [...steps, name]);
}

function originOf(desired: Desired, pointer: string): string {
  const position = positionAt(desired, pointer);
  return position ? `${position.file}:${position.line}` : '';
}
