// Configurations at random, as a layout spells them canonically: driven by the catalog, every key has its turn.
import * as fc from 'fast-check';
import type { Field } from '../../../src/gateway/catalog/field.ts';
import { layoutTable } from '../../../src/gateway/layout/table.ts';
import type { Tree, Value } from '../../../src/lib/value.ts';

const text = fc.stringMatching(/^[a-z][a-z0-9./~-]{0,8}$/);

/** Any value of the field's type; mappings with at least one member. */
export function valueOf(field: Field): fc.Arbitrary<Value> {
  if (field.choices) return fc.constantFrom(...field.choices);
  switch (field.kind) {
    case 'string':
      return text;
    case 'duration':
      return fc.constantFrom('1s', '250ms', '1m30s');
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer({ min: 0, max: 9 });
    case 'list':
      return field.item ? fc.array(valueOf(field.item), { maxLength: 3 }) : fc.constant([]);
    case 'map':
      return field.value ? fc.dictionary(text, valueOf(field.value), { maxKeys: 2 }) : fc.constant({});
    case 'struct':
      return membersOf(field, [...(field.fields?.keys() ?? [])]);
    case 'any':
      return fc.oneof(text, fc.integer(), fc.boolean(), fc.dictionary(text, fc.integer(), { maxKeys: 2 }));
  }
}

/** Some of these members, at least one. */
export function membersOf(field: Field, names: readonly string[]): fc.Arbitrary<Tree> {
  const model = Object.fromEntries(
    names.flatMap((name) => {
      const member = field.fields?.get(name);
      return member ? [[name, memberOf(member)]] : [];
    }),
  );
  return fc
    .record(model, { requiredKeys: [] })
    .filter((made) => Object.keys(made).length > 0) as fc.Arbitrary<Tree>;
}

const families = new Map(layoutTable().families.map((family) => [family.v8, family]));

function memberOf(field: Field): fc.Arbitrary<Value> {
  const family = families.get(field.pattern);
  if (!family || !field.item) return valueOf(field);
  const item = field.item;
  const entry = family.form === 'records' ? recordOf(item) : groupOf(item, family.shared);
  return fc.array(entry, { maxLength: 3 }) as fc.Arbitrary<Value>;
}

/** One key, no name: what the flat layout can express. Shared members are on the group. */
function groupOf(group: Field, shared: ReadonlySet<string>): fc.Arbitrary<Tree> {
  const key = group.fields?.get('keys')?.item;
  if (!key?.fields) throw new Error('a group has keys');
  const own = [...key.fields.keys()].filter((name) => !shared.has(name));
  return fc
    .tuple(membersOf(group, ['base-url', ...shared]), membersOf(key, own))
    .map(([common, one]) => ({ ...common, keys: [one] }));
}

function recordOf(item: Field): fc.Arbitrary<Tree> {
  return membersOf(item, [...(item.fields?.keys() ?? [])]).map((made) => ({
    ...made,
    keys: made['keys'] ?? [],
  }));
}
