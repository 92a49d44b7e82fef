// Values of references as the catalog wants them.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import type { Located, LocatedScalar } from '../../yaml/located.ts';

/** References are texts; if the catalog requires a number or a boolean, they are converted. */
export function typed(node: Located, catalog: Catalog, field: Field | undefined): Located {
  if (node.kind === 'scalar') return node.reference === undefined ? node : typedScalar(node, field);
  if (node.kind === 'list')
    return {
      ...node,
      items: node.items.map((item) => typed(item, catalog, field && catalog.child(field, '[]'))),
    };
  const members = [...node.members].map(
    ([name, member]) =>
      [name, { ...member, node: typed(member.node, catalog, field && catalog.child(field, name)) }] as const,
  );
  return { ...node, members: new Map(members) };
}

function typedScalar(node: LocatedScalar, field: Field | undefined): LocatedScalar {
  if (typeof node.value !== 'string' || !field) return node;
  const text = node.value.trim();
  if (field.kind === 'boolean' && (text === 'true' || text === 'false'))
    return { ...node, value: text === 'true' };
  if (field.kind === 'integer' && /^[+-]?\d{1,15}$/.test(text)) return { ...node, value: Number(text) };
  if (field.kind === 'number' && /^[+-]?\d{1,15}(\.\d+)?$/.test(text))
    return { ...node, value: Number(text) };
  return node;
}
