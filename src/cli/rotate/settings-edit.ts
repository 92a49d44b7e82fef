// What the settings say about a key that is rotated: its name, the client key of the probes, the management keys of the
// target. Comments and order stay.
import type { FileEdit } from '../../compose/adoption.ts';
import type { Session } from '../../compose/session.ts';
import { shownPath } from '../../desired/read/files.ts';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import { readTextFile } from '../../input/text-file.ts';
import { listOf, type Value } from '../../lib/value.ts';
import { readSettingsFile } from '../../settings/read.ts';
import { parseDocument } from '../../yaml/document.ts';
import { isFailure } from '../../yaml/failure.ts';
import { type Located, type LocatedMap, nodeAt, valueOf } from '../../yaml/located.ts';
import { type Patch, patchAt } from '../../yaml/splice/patch.ts';
import { splice } from '../../yaml/splice/splice.ts';

type Steps = readonly (string | number)[];

interface Opened {
  readonly path: string;
  readonly shown: string;
  readonly text: string;
  /** References resolved where they can be. */
  readonly root: LocatedMap;
}

/** Names and probes that mean the old value mean the new one. Nothing where the settings don't speak of it. */
export async function renamedInSettings(
  session: Session,
  isOld: (text: string) => boolean,
  reference: string,
): Promise<readonly FileEdit[]> {
  const opened = await openSettings(session);
  if (!opened) return [];
  const places = placesOfKeys(opened.root).filter((steps) => {
    const node = nodeAt(opened.root, steps.map(String));
    return node?.kind === 'scalar' && isOld(String(node.value).trim());
  });
  return editOf(
    opened,
    places.map((place) => [place, { kind: 'replace', value: reference }] as const),
  );
}

function placesOfKeys(root: LocatedMap): readonly Steps[] {
  const named = ['client-keys', 'provider-keys'].flatMap((section) => {
    const node = nodeAt(root, [section]);
    const names = node?.kind === 'map' ? [...node.members.keys()] : [];
    return names.flatMap((name) => [
      [section, name],
      [section, name, 'key'],
    ]);
  });
  const targets = nodeAt(root, ['targets']);
  const probes =
    targets?.kind === 'list' ? targets.items.map((_, i) => ['targets', i, 'probes', 'client-key']) : [];
  return [...named, ...probes];
}

/** The management keys of the target with this one too. Rejects with HF2121 where the settings have none of its own. */
export async function withManagementKey(
  session: Session,
  target: Target,
  reference: string,
): Promise<readonly FileEdit[]> {
  const { opened, place, node } = await managementKeys(session, target);
  const texts = writtenIn(node);
  if (texts.includes(reference)) return [];
  return editOf(opened, [[place, listPatch([...texts, reference])]]);
}

/** Without those that are the old secret. */
export async function withoutManagementKey(
  session: Session,
  target: Target,
  isOld: (key: string) => boolean,
): Promise<readonly FileEdit[]> {
  const { opened, place, node } = await managementKeys(session, target);
  const items = node.kind === 'list' ? node.items : [node];
  const left = items.filter(
    (item) => !(item.kind === 'scalar' && !item.unresolved && isOld(String(item.value))),
  );
  if (left.length === items.length || left.length === 0) return [];
  const texts = left.flatMap(writtenIn);
  return editOf(opened, [
    [place, texts.length === 1 ? { kind: 'replace', value: texts[0] ?? '' } : listPatch(texts)],
  ]);
}

const listPatch = (texts: readonly Value[]): Patch => ({ kind: 'replace', value: texts });

function writtenIn(node: Located): readonly string[] {
  if (node.kind === 'list') return node.items.flatMap(writtenIn);
  return node.kind === 'scalar' ? [node.reference ?? String(node.value)] : [];
}

async function managementKeys(
  session: Session,
  { name }: Target,
): Promise<{ readonly opened: Opened; readonly place: Steps; readonly node: Located }> {
  const opened = await openSettings(session);
  const targets = opened ? listOf(valueOf(opened.root.members.get('targets')?.node ?? opened.root)) : [];
  const index = targets.findIndex((one) => (one as { name?: unknown } | null)?.name === name);
  const node = opened && nodeAt(opened.root, ['targets', String(index), 'key']);
  if (opened && node) return { opened, place: ['targets', index, 'key'], node };
  throw fail(
    'HF2121',
    `the settings name no \`key\` of target ${name}, so they can't have both management keys`,
    {
      target: name,
      remedy:
        'Add `key: ["${env:NAME}"]` to the target in holdfast.yaml, with the variable of the key that is valid now.',
    },
  );
}

async function openSettings({ env, settings: { file, dir } }: Session): Promise<Opened | undefined> {
  if (file === undefined) return undefined;
  const shown = shownPath(file, dir);
  const read = await readTextFile(file, shown);
  if ('problem' in read) throw new HoldfastError([read.problem]);
  const { tree, problems } = await readSettingsFile(file, shown, { env, offline: true, daemon: false });
  if (!tree) throw new HoldfastError(problems);
  return { path: file, shown, text: read.text, root: tree.root };
}

/** One after the other: a replaced value moves no other. */
function editOf(
  { path, shown, text, root }: Opened,
  patches: readonly (readonly [Steps, Patch])[],
): readonly FileEdit[] {
  if (patches.length === 0) return [];
  const after = patches.reduce((now, [place, patch]) => {
    const document = parseDocument(now);
    const made = isFailure(document)
      ? undefined
      : splice(document, patchAt(place, patch, valueOf(root)), 'shared');
    if (made?.ok) return made.value.text;
    const line = made?.error.line ?? 1;
    throw fail('HF2093', `${shown} can't be edited here: ${made?.error.message ?? 'it is not valid'}`, {
      position: { file: shown, line, column: 1 },
    });
  }, text);
  return after === text ? [] : [{ path, shown, before: text, after, kind: 'yaml' }];
}
