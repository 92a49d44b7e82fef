// What a pull of a gateway's file got wrong: changes, comments that are gone although no note names their place, and
// secrets in the text.
import type { Adopted } from '../../src/adopt/adopt.ts';
import { type Source, sourceOf } from '../../src/adopt/source.ts';
import { parsed } from '../../src/adopt/prepare.ts';
import { displayPath } from '../../src/desired/read/locations.ts';
import type { Live, LiveFile } from '../../src/domain/live.ts';
import { formatPath } from '../../src/domain/path.ts';
import type { Problem } from '../../src/domain/problem/problem.ts';
import type { Comments, FileDocument, FileNode } from '../../src/domain/yaml-node.ts';
import { secretsIn } from '../../src/gateway/catalog/secrets.ts';
import { scrubComments } from '../../src/gateway/comments/scrub.ts';
import { changesOn, pulledIfAny, variablesOf } from './pulled.ts';

/** Undefined: the file declares nothing that a pull may own. */
export async function unkept(live: Live): Promise<readonly string[] | undefined> {
  const adopted = await pulledIfAny(live);
  if (!adopted) return undefined;
  const changes = await changesOn(live, adopted);
  return [...changes, ...lostIn(live, adopted), ...leakedIn(live, adopted)];
}

// ── comments ─────────────────────────────────────────────────────────────────────────────────────────────────────

interface Remark {
  readonly text: string;
  /** The keys of mappings and the indexes of lists that lead to what it is about. */
  readonly place: readonly string[];
}

function lostIn(live: Live, { text, leftOut, notes }: Adopted): readonly string[] {
  const { file, dialect } = sourceIn(live);
  const document = parsed(file.text.open());
  const content = dialect.content(document);
  const readable = parsed(scrubComments(document, dialect.catalog, content).text);
  const named = [...leftOut.map(({ path }) => path), ...notes.flatMap(namedBy)];
  const kept = Map.groupBy(remarksOf(parsed(text)), (remark) => remark.text);
  return remarksOf(readable).flatMap((remark) => {
    if (kept.get(remark.text)?.pop()) return [];
    const path = formatPath(displayPath(content, remark.place));
    return named.some((name) => overlap(name, path)) ? [] : [`lost at \`${path}\`: ${remark.text}`];
  });
}

/** A part of the file that was rewritten is named in the text; the whole file is the empty path. */
function namedBy({ path, message }: Problem): readonly string[] {
  const rewritten = /^(?:the file|`(.+)`) was rewritten/.exec(message);
  return rewritten ? [rewritten[1] ?? ''] : path === undefined ? [] : [path];
}

function overlap(one: string, other: string): boolean {
  const [short = '', long = ''] = [one, other].toSorted((a, b) => a.length - b.length);
  return short === '' || long === short || (long.startsWith(short) && /[.[]/.test(long[short.length] ?? ''));
}

function remarksOf({ root }: FileDocument): readonly Remark[] {
  return root ? remarksIn(root, []) : [];
}

function remarksIn(node: FileNode, place: readonly string[]): readonly Remark[] {
  const own = textsOf(node.comments).map((text) => ({ text, place }));
  if (node.kind === 'list')
    return [...own, ...node.items.flatMap((item, i) => remarksIn(item, [...place, String(i)]))];
  if (node.kind !== 'map') return own;
  const members = node.pairs.flatMap(({ key, value }) => {
    const at = [...place, key.text];
    return [...textsOf(key.comments).map((text) => ({ text, place: at })), ...remarksIn(value, at)];
  });
  return [...own, ...members];
}

/** Two comments of one line are joined by a blank. */
const textsOf = ({ head, line, foot }: Comments): readonly string[] => [
  ...head,
  ...(line === undefined ? [] : [line]),
  ...foot,
];

// ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Those that are too long to be in the text by chance. */
function leakedIn(live: Live, adopted: Adopted): readonly string[] {
  const { document, dialect } = sourceIn(live);
  const secrets = new Set(secretsIn(dialect.catalog.root, dialect.content(document)));
  const all = [...secrets, ...Object.values(variablesOf(adopted))].map((each) => each.trim());
  return all
    .filter((each) => each.length >= 8 && adopted.text.includes(each))
    .map((each) => `in the text: ${each}`);
}

function sourceIn(live: Live): Source & { readonly file: LiveFile } {
  const { file } = live;
  if (!file) throw new Error('no file');
  return { ...sourceOf({ ...live, file }), file };
}
