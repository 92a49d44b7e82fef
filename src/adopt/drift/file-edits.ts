// The edits of one file, and the text that comes of them: everything else in it stays as it is, comments included.
import type { Catalog } from '../../gateway/catalog/field.ts';
import { type Problem, problem } from '../../domain/problem/problem.ts';
import { isList, type Tree, type Value, valueAt } from '../../lib/value.ts';
import { valueOf } from '../../yaml/located.ts';
import type { Patch } from '../../yaml/splice/patch.ts';
import { splice } from '../../yaml/splice/splice.ts';
import { printed } from '../prepare.ts';
import { PatchDraft } from './patch-draft.ts';
import { type SourceTree, type Step, writtenAt } from './source-tree.ts';

/** Edits of a file that `${lines:FILE}` names. */
export interface LinesEdit {
  /** As the reference says it. */
  readonly path: string;
  readonly add: string[];
  readonly remove: string[];
  readonly replace: Map<string, string>;
}

type Item = { readonly from: number } | { readonly value: Value };

export class FileEdits {
  readonly file: SourceTree;
  readonly #draft: PatchDraft;
  readonly #content: Tree;

  constructor(file: SourceTree, catalog: Catalog) {
    this.file = file;
    this.#content = valueOf(file.root) as Tree; // the root of a file is a mapping
    this.#draft = new PatchDraft(this.#content, catalog);
  }

  set(steps: readonly Step[], value: Value): void {
    this.#draft.set(writtenAt(this.file.document, steps), value);
  }

  remove(steps: readonly Step[]): void {
    this.#draft.remove(writtenAt(this.file.document, steps));
  }

  arrange(steps: readonly Step[], items: readonly Item[]): void {
    this.#draft.arrange(writtenAt(this.file.document, steps), items);
  }

  /** At the end of a list, which may not be there yet. */
  append(steps: readonly Step[], values: readonly Value[]): void {
    const old = valueAt(this.#content, steps);
    if (!isList(old)) this.set(steps, values);
    else this.arrange(steps, [...old.map((_, from) => ({ from })), ...values.map((value) => ({ value }))]);
  }

  /** Undefined: nothing changes. */
  patch(): Patch | undefined {
    return this.#draft.patch();
  }
}

export interface EditedText {
  readonly file: SourceTree;
  readonly after: string;
}

/** The text with the edits made. */
export function editedText(edits: FileEdits): EditedText | Problem | undefined {
  const { file } = edits;
  const patch = edits.patch();
  if (!patch) return undefined;
  if (file.encrypted) return encrypted(file);
  if (isEmptied(file, patch)) return { file, after: emptied(file) };
  if (file.root.members.size === 0) return { file, after: `${file.text}${printed(fresh(patch))}` };
  const spliced = splice(file.document, patch, 'shared');
  if (spliced.ok) return { file, after: spliced.value.text };
  const { message, line } = spliced.error;
  return problem('HF2093', `${file.shown} can't be edited here: ${message}`, {
    position: { file: file.shown, line, column: 1 },
  });
}

const isEmptied = ({ root }: SourceTree, patch: Patch): boolean =>
  patch.kind === 'map' &&
  root.members.size > 0 &&
  [...patch.keys.values()].every(({ kind }) => kind === 'remove') &&
  [...root.members.keys()].every((name) => patch.keys.has(name));

/** A file that declares nothing says why: one without any text may be one that is still being written. */
function emptied({ text }: SourceTree): string {
  const comments = text.split(/(?<=\n)/).filter((line) => line.startsWith('#'));
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return `${comments.join('')}# The gateway no longer has what this file declared.${eol}`;
}

function fresh(patch: Patch): Tree {
  if (patch.kind !== 'map') return {};
  return Object.fromEntries(
    [...patch.keys].flatMap(([name, step]): [string, Value][] => {
      if (step.kind === 'replace') return [[name, step.value]];
      return step.kind === 'map' ? [[name, fresh(step)]] : [];
    }),
  );
}

function encrypted({ shown, path }: SourceTree): Problem {
  return problem('HF2093', `${shown} is encrypted with SOPS, and a change belongs in it`, {
    position: { file: shown, line: 1, column: 1 },
    remedy: `Edit the value with \`sops ${path}\`, or restore it on the gateway with \`holdfast apply\`.`,
  });
}

/** The text of a file of lines with its edits: the order stays, what is new comes last. */
export function editedLines(text: string, { add, remove, replace }: LinesEdit): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const gone = new Set(remove);
  const lines = text.split('\n').flatMap((line): string[] => {
    const item = line.trim();
    if (gone.has(item)) return [];
    const next = replace.get(item);
    return [next === undefined ? line : line.replace(item, () => next)];
  });
  const kept = lines.join('\n');
  const ended = kept === '' || kept.endsWith('\n') || add.length === 0 ? kept : `${kept}${eol}`;
  return `${ended}${add.map((line) => `${line}${eol}`).join('')}`;
}
