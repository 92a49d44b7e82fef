// `mass-delete`: a net loss above the threshold in any list or map, nested ones included, and replaced entries,
// counted separately. Judges each remaining list separately, and all lists of one kind together: a removed provider
// loses its 500 keys.
import { usableKeys } from '../../gateway/observe/client-keys.ts';
import type { Field } from '../../gateway/catalog/field.ts';
import { ANY_ENTRY, ANY_KEY, key, type Path } from '../../domain/path.ts';
import type { Policy } from '../../domain/target.ts';
import { isList, isTree, listOf, type Tree, treeOf, type Value } from '../../lib/value.ts';
import { hasIdentity, pair } from '../diff/identity.ts';
import { pathOf, type Location } from '../diff/location.ts';
import { plural } from '../../lib/text.ts';
import { changesBelow, type Case, type Finding } from './guard.ts';

type Bound = Policy['maxDeletes'];

/** With this many entries, a share of a list is meaningful; in shorter lists only the loss of all entries counts. */
const SMALL = 4;

/** What happened to the members of one list or map, or of all of a kind. */
interface Count {
  /** Computed only for refused findings, because each name of a secret costs an HMAC. */
  readonly path: () => Path;
  /** Stands for many lists. */
  readonly total?: true;
  readonly field: Field;
  readonly before: number;
  readonly after: number;
  /** Members that were removed while others were added. */
  readonly replaced: number;
}

export function massDelete(subject: Case): Finding[] {
  const single = [...countsBelow(subject, subject.catalog.root, subject.before, subject.after, undefined)];
  const loses = subject.differences.some(({ kind }) => kind === 'remove');
  const together = loses ? [...totals(subject.catalog.root, subject.before, subject.after)] : [];
  const deleted = [...single, ...together].flatMap((count) => judgeLoss(count, subject));
  const replaced = single.flatMap((count) => judgeReplaced(count, subject));
  return [...withoutEchoes(deleted), ...replaced];
}

/** A total adds nothing if the only list it consists of was refused already. */
function withoutEchoes(findings: readonly Finding[]): Finding[] {
  const concrete = findings.filter(({ path }) => !path?.some((step) => step.name === null));
  return findings.filter((one) => {
    const isTotal = one.path?.some((step) => step.name === null) === true;
    return !isTotal || !concrete.some(({ changes }) => one.changes.every((id) => changes.includes(id)));
  });
}

function judgeLoss({ path, field, before, after }: Count, subject: Case): Finding[] {
  const loss = before - after;
  if (loss <= 0) return [];
  const small = before < SMALL;
  if (small ? after > 0 || !holdsThings(field) : !isAbove(loss, before, subject.target.policy.maxDeletes))
    return [];
  const bound = small
    ? 'emptying a list needs an override'
    : `at most ${boundText(subject.target.policy.maxDeletes)} is allowed`;
  return [finding(subject, path(), `removes ${lossText(loss, before)}; ${bound}`)];
}

function lossText(loss: number, before: number): string {
  if (loss < before) return `${loss} of ${plural(before, 'entry')}, ${percent(loss, before)}`;
  return before === 1 ? 'the only entry' : `all ${plural(before, 'entry')}`;
}

/** In short lists of plain texts (excluded models, headers), removing the last one is routine. */
function holdsThings(field: Field): boolean {
  const member = field.item ?? field.value;
  return (
    member?.kind === 'struct' ||
    member?.kind === 'list' ||
    field.pattern === 'api-keys' ||
    field.pattern === 'access.api-keys'
  );
}

function judgeReplaced({ path, field, before, replaced }: Count, subject: Case): Finding[] {
  const bound = subject.target.policy.maxReplaces;
  if (before < SMALL || !holdsThings(field) || !isAbove(replaced, before, bound)) return [];
  const share = `${replaced} of ${plural(before, 'entry')}, ${percent(replaced, before)}`;
  return [finding(subject, path(), `replaces ${share}; at most ${boundText(bound)} is allowed`)];
}

function finding(subject: Case, path: Path, message: string): Finding {
  const changes = changesAt(subject, path);
  const remedy =
    'Check that the files are complete. If you intend this, allow it, or raise the limit in the policy.';
  return { guard: 'mass-delete', path, message, remedy, changes };
}

/** Changes below the list, and those that remove it together with its parent. */
function changesAt(subject: Case, path: Path): string[] {
  const above = subject.differences.filter(
    (one) =>
      one.path.length < path.length &&
      one.path.every((step, i) => path[i]?.name === null || step.name === path[i]?.name),
  );
  return [...changesBelow(subject, path), ...above.map((one) => one.id)];
}

function isAbove(count: number, of: number, bound: Bound): boolean {
  return 'count' in bound ? count > bound.count : count > bound.fraction * of;
}

function boundText(bound: Bound): string {
  return 'count' in bound ? String(bound.count) : `${Math.round(bound.fraction * 1000) / 10} %`;
}

function percent(part: number, whole: number): string {
  return `${Math.round((part / whole) * 100)} %`;
}

/** Every list and map that exists before and after and isn't the same. */
function* countsBelow(
  subject: Case,
  field: Field,
  before: Value | undefined,
  after: Value | undefined,
  location: Location | undefined,
): Generator<Count> {
  if (before === after || before === undefined) return;
  if (isList(before)) yield* countsOfList(subject, field, before, listOf(after), location);
  else if (isTree(before) && field.kind !== 'any')
    yield* countsOfMembers(subject, field, before, treeOf(after), location);
}

function* countsOfList(
  subject: Case,
  field: Field,
  before: readonly Value[],
  after: readonly Value[],
  up: Location | undefined,
): Generator<Count> {
  if (field.collection === 'set' && field.item?.kind === 'string') {
    yield { path: () => pathOf(up, subject.fingerprints), field, ...countsOfTexts(before, after) };
    return;
  }
  const counted = {
    path: () => pathOf(up, subject.fingerprints),
    field,
    before: before.length,
    after: after.length,
  };
  if (!hasIdentity(field)) {
    yield { ...counted, replaced: 0 };
    return;
  }
  // Unchanged entries keep their value, so only the others have to be paired.
  const [stays, was] = [new Set(after), new Set(before)];
  const changed = before.filter((entry) => !stays.has(entry));
  const fresh = after.filter((entry) => !was.has(entry));
  const { partner, left } = pair(field, changed, fresh);
  const come = partner.filter((old) => old === undefined).length;
  yield { ...counted, replaced: Math.min(left.length, come) };
  const among = [before, after];
  for (const [nth, old] of partner.entries()) {
    const value = fresh[nth] as Value;
    if (old === undefined || !field.item) continue;
    const location = { up, list: field, value, index: after.indexOf(value), among };
    yield* countsBelow(subject, field.item, changed[old], value, location);
  }
}

/** The texts in a set. Removing a duplicate or a blank one isn't a loss. */
function countsOfTexts(
  before: readonly Value[],
  after: readonly Value[],
): Pick<Count, 'before' | 'after' | 'replaced'> {
  const [was, is] = [usableKeys(before), usableKeys(after)];
  const left = [...was].filter((text) => !is.has(text)).length;
  const come = [...is].filter((text) => !was.has(text)).length;
  return { before: was.size, after: is.size, replaced: Math.min(left, come) };
}

function* countsOfMembers(
  subject: Case,
  field: Field,
  before: Tree,
  after: Tree,
  up: Location | undefined,
): Generator<Count> {
  if (field.kind === 'map') {
    const names = Object.keys(before);
    const left = names.filter((name) => after[name] === undefined).length;
    const come = Object.keys(after).filter((name) => before[name] === undefined).length;
    const path = (): Path => pathOf(up, subject.fingerprints);
    yield {
      path,
      field,
      before: names.length,
      after: names.length - left + come,
      replaced: Math.min(left, come),
    };
  }
  for (const name of Object.keys(before)) {
    const child = subject.catalog.child(field, name);
    if (child) yield* countsBelow(subject, child, before[name], after[name], { up, key: name });
  }
}

/** All nested lists of one kind together, by their pattern. */
function* totals(root: Field, before: Tree, after: Tree): Generator<Count> {
  const counts = new Map<Field, { path: Path; before: number; after: number }>();
  tally(counts, root, before, after, []);
  for (const [field, { path, before: was, after: left }] of counts)
    yield { path: () => path, total: true, field, before: was, after: left, replaced: 0 };
}

function tally(
  counts: Map<Field, { path: Path; before: number; after: number }>,
  field: Field,
  before: Value | undefined,
  after: Value | undefined,
  path: Path,
): void {
  if (path.some((step) => step.name === null) && (field.kind === 'list' || field.kind === 'map')) {
    const count = counts.get(field) ?? { path, before: 0, after: 0 };
    counts.set(field, { path, before: count.before + sizeOf(before), after: count.after + sizeOf(after) });
  }
  if (before === after && path.length <= 1) return;
  for (const [child, step, was, willBe] of childrenOf(field, before, after))
    tally(counts, child, was, willBe, [...path, step]);
}

/** Members that are lists, maps or sections; texts and numbers have no members to count. */
function* childrenOf(
  field: Field,
  before: Value | undefined,
  after: Value | undefined,
): Generator<readonly [Field, Path[number], Value | undefined, Value | undefined]> {
  if (field.kind === 'struct') yield* sectionsOf(field, treeOf(before), treeOf(after));
  if (field.kind === 'map' && isContainer(field.value)) {
    for (const value of Object.values(treeOf(before))) yield [field.value, ANY_KEY, value, undefined];
    for (const value of Object.values(treeOf(after))) yield [field.value, ANY_KEY, undefined, value];
  }
  if (field.kind === 'list' && isContainer(field.item)) {
    for (const value of listOf(before)) yield [field.item, ANY_ENTRY, value, undefined];
    for (const value of listOf(after)) yield [field.item, ANY_ENTRY, undefined, value];
  }
}

function* sectionsOf(
  field: Field,
  before: Tree,
  after: Tree,
): Generator<readonly [Field, Path[number], Value | undefined, Value | undefined]> {
  for (const tree of [before, after])
    for (const name of Object.keys(tree)) {
      if (tree === after && before[name] !== undefined) continue;
      const child = field.fields?.get(name);
      if (isContainer(child)) yield [child, key(name), before[name], after[name]];
    }
}

function isContainer(field: Field | undefined): field is Field {
  return field?.kind === 'struct' || field?.kind === 'list' || field?.kind === 'map';
}

function sizeOf(value: Value | undefined): number {
  if (isList(value)) return value.length;
  return isTree(value) ? Object.keys(value).length : 0;
}
