// The gateway's interpretation of a file, in the spelling of desired state: normalised, nothing dropped silently.
// Keeps the position of each part in the file, so that only differences are edited.
import { factsOf } from '../gateway/layout/layouts.ts';
import type { Catalog, Field } from '../gateway/catalog/field.ts';
import { effectiveEntries, effectiveField } from '../gateway/layout/effective.ts';
import { type Family, layoutTable } from '../gateway/layout/table.ts';
import { choiceMeant } from '../desired/check/choice.ts';
import { normaliseAt } from '../gateway/model/normalise.ts';
import { formatPath } from '../domain/path.ts';
import { type Problem, problem } from '../domain/problem/problem.ts';
import { isList, isTree, type Scalar, type Tree, type Value, valueAt } from '../lib/value.ts';
import { spelled } from './spelling.ts';
import { displayPath } from '../desired/read/locations.ts';

export type Proposed =
  | { readonly kind: 'scalar'; readonly value: Scalar }
  | { readonly kind: 'list'; readonly items: readonly { readonly from: number; readonly value: Proposed }[] }
  | { readonly kind: 'map'; readonly members: readonly ProposedMember[] };

export interface ProposedMember {
  /** The key in the spelling of the file. */
  readonly from: string;
  readonly name: string;
  readonly value: Proposed;
}

type Place = readonly (string | number)[];

export interface Held {
  readonly proposed: Proposed;
  readonly notes: readonly Problem[];
}

export function heldOf(content: Tree, catalog: Catalog): Held {
  const walk = new Walk(content, catalog);
  return { proposed: walk.root(), notes: walk.notes };
}

export function plainOf(proposed: Proposed): Value {
  if (proposed.kind === 'scalar') return proposed.value;
  if (proposed.kind === 'list') return proposed.items.map(({ value }) => plainOf(value));
  return Object.fromEntries(proposed.members.map(({ name, value }) => [name, plainOf(value)]));
}

class Walk {
  readonly notes: Problem[] = [];
  readonly #content: Tree;
  readonly #catalog: Catalog;
  /** Paths of what the gateway drops. */
  readonly #dropped = new Set<string>();

  constructor(content: Tree, catalog: Catalog) {
    this.#content = content;
    this.#catalog = catalog;
    for (const [name, value] of Object.entries(content)) this.#drop(name, value);
    if (factsOf(catalog.layout).hasGroups)
      for (const family of layoutTable().families) this.#dropCredentials(family);
  }

  root(): Proposed {
    return this.#value(this.#catalog.root, this.#content, []) ?? { kind: 'map', members: [] };
  }

  #drop(name: string, value: Value): void {
    const field = this.#catalog.child(this.#catalog.root, name);
    if (!field) return;
    for (const { kind, reason, place } of normaliseAt(field, value).dropped) {
      const whole = [name, ...place];
      const erased = kind === 'erased';
      if (!erased) this.#dropped.add(JSON.stringify(whole));
      if (kind !== 'emptied')
        this.#note(
          whole,
          erased ? `is empty in the gateway: ${reason}` : `is dropped by the gateway: ${reason}`,
        );
    }
  }

  /** Keys of groups that don't result in a credential: reported with what they inherit. */
  #dropCredentials(family: Family): void {
    const steps = family.v8.split('.');
    const field = this.#catalog.at(steps);
    if (family.form !== 'groups' || !field) return;
    const groups = valueAt(this.#content, steps);
    const entries = effectiveEntries(groups, family);
    const held = entries.map(({ entry }) => entry);
    for (const { reason, place } of normaliseAt(effectiveField(field), held).dropped) {
      const key = place.length === 1 ? entries[Number(place[0])]?.place : undefined;
      if (!key) continue; // what is in a key or group was found there
      this.#dropped.add(JSON.stringify([...steps, ...key]));
      this.#note([...steps, ...key], `is dropped by the gateway: ${reason}`);
    }
  }

  /** Undefined: the gateway has nothing of it. */
  #value(field: Field | undefined, value: Value, place: Place): Proposed | undefined {
    if (isList(value)) return this.#list(field, value, place);
    if (isTree(value)) return this.#map(field, value, place);
    if (value === null && field?.inherits === true) return { kind: 'scalar', value };
    const held = field ? spoken(field, normaliseAt(field, value).value) : value;
    return held === undefined || isList(held) || isTree(held) ? undefined : { kind: 'scalar', value: held };
  }

  #list(field: Field | undefined, list: readonly Value[], place: Place): Proposed {
    const kept = list.flatMap((item, from) => (this.#isDropped([...place, from]) ? [] : [{ item, from }]));
    const items = kept.map(({ item }) => item);
    // Rules of a list also apply to its texts; entries are judged one by one below.
    const held = field && items.every((item) => !isTree(item)) ? normaliseAt(field, items).value : items;
    const texts = isList(held) && held.length === items.length ? held : items;
    return {
      kind: 'list',
      items: kept.flatMap(({ item, from }, i) => {
        const value = this.#value(field?.item ?? freeForm(field), texts[i] ?? item, [...place, from]);
        return value ? [{ from, value }] : [];
      }),
    };
  }

  #map(field: Field | undefined, tree: Tree, place: Place): Proposed | undefined {
    const members = Object.entries(tree).flatMap(([from, value]) => {
      const at = [...place, from];
      return this.#isDropped(at) ? [] : this.#member(field, from, value, at);
    });
    // Outside lists, an empty mapping would declare that it must be empty, which is more than the file says.
    const isOwned = place.length === 0 || place.some((step) => typeof step === 'number');
    if (members.length === 0 && !isOwned) return undefined;
    return { kind: 'map', members: this.#distinct(members, place) };
  }

  #member(field: Field | undefined, from: string, value: Value, at: Place): ProposedMember[] {
    const inner = field?.fields?.get(from) ?? field?.value ?? freeForm(field);
    if (!inner) {
      const former = this.#formerly(field, from);
      this.#note(
        at,
        former ? `is an earlier name of \`${former}\`; the gateway ignores it` : 'is unknown to the gateway',
      );
      return [];
    }
    if (field?.kind !== 'map') {
      const held = this.#value(inner, value, at);
      return held ? [{ from, name: from, value: held }] : [];
    }
    const held = this.#value(inner, trimmedIn(field, value), at);
    return held ? [{ from, name: spelled(field, from), value: held }] : [];
  }

  /** Of two keys that the gateway considers equal, the later one. */
  #distinct(members: readonly ProposedMember[], place: Place): readonly ProposedMember[] {
    const last = new Map(members.map((member) => [member.name, member]));
    return members.filter((member) => {
      const stays = last.get(member.name) === member;
      if (!stays)
        this.#note([...place, member.from], 'is a duplicate for the gateway, which keeps one of the two');
      return stays;
    });
  }

  #formerly(field: Field | undefined, name: string): string | undefined {
    return [...(field?.fields?.values() ?? [])].find((each) => each.formerNames.includes(name))?.name;
  }

  #isDropped(place: Place): boolean {
    return this.#dropped.has(JSON.stringify(place));
  }

  #note(place: Place, what: string): void {
    const path = formatPath(displayPath(this.#content, place.map(String)));
    this.notes.push(
      problem('HF2070', `\`${path}\` ${what}`, {
        severity: 'warning',
        path,
        remedy: "You don't need to do anything: the files match the gateway.",
      }),
    );
  }
}

const freeForm = (field: Field | undefined): Field | undefined => (field?.kind === 'any' ? field : undefined);

/** Of synonyms the one that the schema knows. */
const spoken = (field: Field, held: Value | undefined): Value | undefined =>
  held === undefined ? undefined : (choiceMeant(field, held) ?? held);

/** Values of headers are trimmed by the rule of their map. */
function trimmedIn(field: Field, value: Value): Value {
  if (typeof value !== 'string' || !field.normalise.includes('headers')) return value;
  const { value: held } = normaliseAt(field, { name: value });
  return (isTree(held) ? held['name'] : undefined) ?? value;
}
