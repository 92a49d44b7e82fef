// The comment of a plan on a pull request: one for each target, found again by a mark that nobody sees, edited instead of
// posted again, and cut where the forge takes no more.
import type { Digest } from '../domain/plan/plan.ts';
import type { Comment } from './api/api.ts';
import type { Forge } from './forge.ts';

/** What a comment is about. */
export interface Subject {
  readonly target: string;
  /** The settings file, where it isn't the usual one: two of them may call a target by the same name. */
  readonly settings?: string | undefined;
}

/** Of a target of this settings file, as it was given. */
export function subjectOf(target: string, settings: string | undefined): Subject {
  const isUsual = settings === undefined || /^(?:\.\/)?holdfast\.ya?ml$/.test(settings);
  return isUsual ? { target } : { target, settings };
}

/** What an apply may do later because of this comment: exactly this plan. */
export interface Approvable extends Digest {
  /** The commit that it was compared with. */
  readonly base?: string | undefined;
}

const KIND = 'holdfast:plan';

/** The first line of a comment. Without a digest the comment says nothing that could be applied. */
export function markOf(subject: Subject, digest?: Approvable): string {
  const base = digest?.base === undefined ? '' : ` base="${digest.base}"`;
  const approvable = digest ? ` digest="${digest.keyId}:${digest.value}"${base}` : '';
  return `<!-- ${subjectMark(KIND, subject)}${approvable} -->`;
}

export function subjectMark(kind: string, { target, settings }: Subject): string {
  const of = settings === undefined ? '' : ` settings="${encodeURIComponent(settings)}"`;
  return `${kind} target="${target}"${of}`;
}

/** Whether a text begins with the mark of this subject, whatever follows in it. */
export function isMarked(text: string, mark: string): boolean {
  const start = `<!-- ${mark}`;
  return (
    text.startsWith(start) && /^ (?:digest="[^"]*" )?(?:base="[^"]*" )?-->/.test(text.slice(start.length))
  );
}

const APPROVABLE =
  /^<!-- holdfast:plan [^\n]*? digest="([0-9a-f]+):([0-9a-f]+)"(?: base="([0-9a-f]{40,64})")? -->/;

/** The plan that a comment shows; undefined where it shows none that could be applied. */
export function digestIn(text: string): Approvable | undefined {
  const [, keyId, value, base] = APPROVABLE.exec(text) ?? [];
  return keyId !== undefined && value !== undefined ? { keyId, value, ...(base && { base }) } : undefined;
}

/** Puts the comment of a subject in place: the newest text, once. */
export async function putComment(
  forge: Forge,
  pull: number,
  { subject, body }: { readonly subject: Subject; readonly body: string },
): Promise<void> {
  const mark = subjectMark(KIND, subject);
  const before = (await forge.comments(pull)).find((comment) => isMarked(comment.body, mark));
  if (before?.body === body) return;
  if (before && (await forge.editComment(pull, before.id, body))) return;
  await forge.addComment(pull, body);
}

/** The plan that Holdfast's comment shows for a subject, among all comments of a pull request. */
export function approvedIn(comments: readonly Comment[], subject: Subject): Approvable | undefined {
  const mark = subjectMark(KIND, subject);
  const comment = comments.find(({ body }) => isMarked(body, mark));
  return comment && digestIn(comment.body);
}

export interface Fitted {
  readonly text: string;
  readonly isCut: boolean;
}

/** The text, or as many of its lines as leave room for `rest`, which says where all of it is. */
export function fitted(text: string, longest: number, rest: string): Fitted {
  if (text.length <= longest) return { text, isCut: false };
  const room = longest - rest.length - CLOSING.length - 4;
  const end = text.lastIndexOf('\n', room);
  const kept = end > 0 ? text.slice(0, end) : withoutHalf(text.slice(0, room));
  const open = count(kept, '<details>') > count(kept, '</details>') ? CLOSING : '';
  return { text: `${kept}\n${open}\n${rest}\n`, isCut: true };
}

const CLOSING = '\n</details>\n';

const count = (text: string, part: string): number => text.split(part).length - 1;

/** Without the first half of a character at its end. */
const withoutHalf = (text: string): string => text.replace(/[\uD800-\uDBFF]$/, '');
