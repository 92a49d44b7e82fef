// Converts the gateway's own file to a desired-state file: without what the files shouldn't own, with references in
// place of secrets, and with values in the gateway's spelling. Everything else stays, including comments. Reads and
// writes nothing.
import type { Dialect } from '../gateway/dialect.ts';
import type { FileDocument } from '../domain/yaml-node.ts';
import { formatPath, key } from '../domain/path.ts';
import { HoldfastError, type Problem, problem } from '../domain/problem/problem.ts';
import { isTree, type Tree, type Value } from '../lib/value.ts';
import { splice } from '../yaml/splice/splice.ts';
import type { Patch } from '../yaml/splice/patch.ts';
import type { Environment } from '../input/environment.ts';
import { valueOf } from '../yaml/located.ts';
import { readYaml } from '../yaml/strict.ts';
import { detachComments } from './detach.ts';
import { withoutGaps } from './blank-lines.ts';
import { editsTo } from './edits.ts';
import { faultsOf } from './faults.ts';
import { withoutInexact } from './inexact.ts';
import { indentComments } from './indent.ts';
import { ownablePath } from './ownable.ts';
import { leaveOut, type LeftOut, type Selection, selectionIn } from './ownership.ts';
import {
  hasForeignKey,
  lostComments,
  parsed,
  prepare,
  type Prepared,
  printed,
  reparsed,
  rewritten,
} from './prepare.ts';
import { scrubComments } from '../gateway/comments/scrub.ts';
import { firstOfRuns, type Shortened } from './runs.ts';
import type { Source } from './source.ts';
import { referTo, unspeakable, type Variable } from './variables.ts';
import { heldOf, plainOf } from './proposed.ts';

export interface AdoptRequest {
  /** Paths of either layout. */
  readonly selection: Selection;
  /** A variable that already has another value here isn't used for a secret. */
  readonly env: Environment;
  /** So many entries that differ by the key alone are converted as one, for `foldLines`; undefined: none are. */
  readonly runsFrom?: number | undefined;
}

export interface Adopted {
  /** The desired state, secrets as `${env:NAME}`. */
  readonly text: string;
  readonly variables: readonly Variable[];
  /** Top-level keys that it declares. */
  readonly declared: readonly string[];
  /** What it doesn't declare. */
  readonly leftOut: readonly LeftOut[];
  /** What differs from the gateway's file. Warnings. */
  readonly notes: readonly Problem[];
  /** Keys whose entries aren't in the text, by the key of the entry that stands for them. */
  readonly rest: Shortened['rest'];
}

/** Throws HF2072 if the file can't be converted. */
export async function adopt(source: Source, request: AdoptRequest): Promise<Adopted> {
  const { draft, unfit, scrubbed, rest } = await converted(source, request);
  return { ...finished(draft, unfit, [...source.notes, ...scrubbedNotes(scrubbed)]), rest };
}

/** What the gateway has and no desired state can express. Throws HF2072 if the file can't be converted. */
export async function unfitIn(source: Source, request: AdoptRequest): Promise<readonly LeftOut[]> {
  return (await converted(source, request)).unfit;
}

interface Converted extends Pick<Adopted, 'rest'> {
  readonly draft: Draft;
  readonly unfit: readonly LeftOut[];
  /** Lines of comments that looked like secrets. */
  readonly scrubbed: readonly number[];
}

async function converted(source: Source, request: AdoptRequest): Promise<Converted> {
  const { document, dialect } = source;
  const scrubbed = scrubComments(document, dialect.catalog, dialect.content(document));
  const readable = scrubbed.lines.length === 0 ? document : parsed(scrubbed.text);
  const whole = withoutInexact(prepare(readable, dialect), dialect);
  const { env, runsFrom: from } = request;
  const { document: shortened, rest } =
    from === undefined
      ? { document: whole.document, rest: new Map() }
      : firstOfRuns(whole.document, dialect, { from, env });
  const prepared = { ...whole, document: shortened };
  const unfit: LeftOut[] = [...source.unfit];
  for (;;) {
    const draft = draftOf(prepared, dialect, request, unfit);
    const faults =
      draft.unfit.length > 0 ? draft.unfit : await faultsOf(draft.text, dialect.catalog, draft.variables);
    const fresh = faults.filter(({ path }) => !unfit.some((known) => known.path === path));
    if (fresh.length === 0) return { draft, unfit, scrubbed: scrubbed.lines, rest };
    unfit.push(...fresh);
  }
}

interface Draft extends Omit<Adopted, 'declared' | 'rest'> {
  /** Found during the conversion: what no desired state can express. */
  readonly unfit: readonly LeftOut[];
}

function draftOf(
  prepared: Prepared,
  dialect: Dialect,
  { selection, env }: AdoptRequest,
  known: readonly LeftOut[],
): Draft {
  const { catalog } = dialect;
  const whole = dialect.content(prepared.document);
  const foreign = Object.keys(whole)
    .filter((name) => hasForeignKey(whole[name] as Value) || hasForeignKey({ [name]: null }))
    .map((name) => ({ path: formatPath([key(name)]), why: "it has a key that isn't text" }));
  const { patch, leftOut } = leaveOut(whole, catalog, selectionIn(catalog, selection), [
    ...known,
    ...foreign,
  ]);
  const kept = edited(
    reparsed(prepared.document, detachComments(prepared.document, patch)),
    patch,
    undefined,
    whole,
  );
  const shorter = parsed(kept.text);
  const document = reparsed(shorter, withoutGaps(shorter));
  const content = dialect.content(document);
  const { proposed, notes } = heldOf(content, catalog);
  const plain = plainOf(proposed) as Tree;
  const { tree, variables } = referTo(plain, catalog, env);
  const made = edited(document, editsTo(readIn(document.text) ?? {}, proposed, tree, catalog), tree, tree);
  return {
    text: indentComments(made.text),
    variables,
    leftOut,
    unfit: unspeakable(plain, catalog).map((place) => ({
      path: ownablePath(plain, place.map(String)),
      why: "it contains a secret that can't be stored in a variable",
    })),
    notes: [...prepared.notes, ...kept.notes, ...notes, ...made.notes],
  };
}

/** What Holdfast itself reads in a text; undefined if it refuses to. */
function readIn(text: string): Tree | undefined {
  const { root } = readYaml(text, '');
  return root && (valueOf(root) as Tree);
}

/**
 * The text with the patch applied. What can't be edited in place is rewritten from `final`, or the whole text if
 * that fails too.
 */
export function edited(
  document: FileDocument,
  patch: Patch | undefined,
  final: Tree | undefined,
  content: Tree,
): { readonly text: string; readonly notes: readonly Problem[] } {
  if (!patch) return { text: document.text, notes: [] };
  if (patch.kind === 'replace') return { text: printed(content), notes: [lostComments('the file')] };
  const spliced = splice(document, patch);
  return spliced.ok
    ? { text: spliced.value.text, notes: [] }
    : piecewise(document, patch, final ?? without(content, patch));
}

/** Key by key; a key that can't be edited is rewritten. */
function piecewise(
  document: FileDocument,
  patch: Patch,
  final: Tree,
): { readonly text: string; readonly notes: readonly Problem[] } {
  const { root } = document;
  if (root?.kind !== 'map' || root.flow || patch.kind !== 'map')
    return { text: printed(final), notes: [lostComments('the file')] };
  const refused = root.pairs.filter(({ key: { text } }) => {
    const step = patch.keys.get(text);
    return step !== undefined && !splice(document, { kind: 'map', keys: new Map([[text, step]]) }).ok;
  });
  const reparsed = parsed(rewritten(document, refused, final));
  const rest = new Map([...patch.keys].filter(([name]) => !refused.some((pair) => pair.key.text === name)));
  const names = refused.map((pair) => pair.key.text).filter((name) => Object.hasOwn(final, name));
  const notes = names.map((name) => lostComments(`\`${name}\``));
  if (rest.size === 0) return { text: reparsed.text, notes };
  const spliced = splice(reparsed, { kind: 'map', keys: rest });
  return spliced.ok
    ? { text: spliced.value.text, notes }
    : { text: printed(final), notes: [lostComments('the file')] };
}

function without(content: Tree, patch: Patch): Tree {
  const steps = patch.kind === 'map' ? patch.keys : new Map();
  return Object.fromEntries(
    Object.entries(content).flatMap(([name, value]): [string, Value][] => {
      const step = steps.get(name);
      if (step?.kind === 'remove') return [];
      return [[name, step?.kind === 'map' && isTree(value) ? without(value, step) : value]];
    }),
  );
}

function scrubbedNotes(lines: readonly number[]): Problem[] {
  if (lines.length === 0) return [];
  const many = lines.length > 1 ? `${lines.length} comments` : 'a comment';
  return [
    problem('HF2070', `Holdfast removed text that looks like a secret from ${many}`, {
      severity: 'warning',
      remedy:
        "You don't need to do anything. We recommend that you also remove keys from the comments of the gateway's file.",
    }),
  ];
}

/** What was omitted and why, with what the user can do about it. */
function nothingLeft(warnings: readonly Problem[]): HoldfastError {
  const remedy =
    warnings.length > 0
      ? 'Correct the values below on the gateway and pull again, or declare something by hand.'
      : 'Include a path with `--include PATH`, or exclude fewer paths.';
  return new HoldfastError([problem('HF2072', 'there is nothing to declare', { remedy }), ...warnings]);
}

/** A message that begins like a sentence, after a colon. */
const inSentence = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;

function finished(draft: Draft, unfit: readonly LeftOut[], found: readonly Problem[]): Omit<Adopted, 'rest'> {
  const root = readIn(draft.text);
  const warnings = unfit.map(({ path, why }) =>
    problem('HF2070', `\`${path}\` isn't in the pulled files: ${inSentence(why)}`, {
      severity: 'warning',
      path,
      remedy: 'It stays unchanged on the gateway. Correct it there and pull again, or declare it by hand.',
    }),
  );
  if (!root || Object.keys(root).length === 0) throw nothingLeft(warnings);
  const { text, variables, leftOut, notes } = draft;
  return { text, variables, leftOut, declared: Object.keys(root), notes: [...found, ...notes, ...warnings] };
}
