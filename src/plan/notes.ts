// Notes that a reader of a plan should see and that no guard refuses: findings about the gateway, stale memory, what
// needs a restart, what isn't changed and why, and an upcoming freeze window.
import type { Dialect } from '../gateway/dialect.ts';
import { openUntil, opensNext, parseFreeze } from '../domain/plan/freeze.ts';
import type { Live } from '../domain/live.ts';
import { FOLDED_REMEDY } from '../gateway/observe/agreement.ts';
import { problem, type Problem } from '../domain/problem/problem.ts';
import { formatPath } from '../domain/path.ts';
import type { BaseImage } from './localise/base-image.ts';
import type { Tree } from '../lib/value.ts';
import { momentText } from '../lib/text.ts';
import { commentsInWords } from './prediction/comments.ts';
import type { Difference } from './types/difference.ts';
import type { HeldPath } from './types/input.ts';
import { scopeNotes } from './localise/setting-scope.ts';
import type { LostComment } from './types/lost-comment.ts';

export interface NotesInput {
  readonly live: Live;
  readonly differences: readonly Difference[];
  /** IDs of differences that failed and wait. */
  readonly quarantined: ReadonlySet<string>;
  readonly held: readonly HeldPath[];
  readonly base: BaseImage;
  readonly writes: number;
  /** That the writes remove. */
  readonly lostComments: readonly LostComment[];
  /** `policy.freeze` of the target. */
  readonly freeze: readonly string[];
  readonly now: number;
  readonly dialect: Dialect;
  readonly declared: Tree;
  /** References at or in what drifted, by an unchanged desired state of git. */
  readonly unchangedReferences: readonly string[];
}

export function notesOf(input: NotesInput): Problem[] {
  return [
    ...input.live.findings,
    ...aboutLayout(input.live),
    ...aboutReach(input),
    ...aboutAgreement(input),
    ...aboutHeld(input),
    ...aboutReferences(input),
    ...aboutComments(input),
    ...aboutFreeze(input),
  ];
}

function aboutReach({ dialect, declared, live, differences }: NotesInput): readonly Problem[] {
  return scopeNotes(dialect, declared, live, new Set(differences.map(({ path }) => formatPath(path))));
}

function aboutLayout({ keptFlat, build }: Live): Problem[] {
  if (keptFlat !== 'not-allowed') return [];
  return [
    warning(
      'HF4008',
      `the file of this gateway (${build.version}) has the flat layout of v7. Holdfast keeps that layout and uses the v0 API`,
    ),
  ];
}

function aboutAgreement({ live, base, writes }: NotesInput): Problem[] {
  const { agreement } = live;
  if (agreement.kind !== 'differ') return [];
  const paths = agreement.paths.join(', ');
  if (agreement.cause === 'model-gap')
    return [agreement.because === 'folded-text' ? foldedNote(paths) : gapNote(paths)];
  if (agreement.cause === 'stale-memory')
    return [warning('HF4001', `stale memory: the running gateway differs from its file at ${paths}`)];
  return base.repair || writes > 0
    ? []
    : [warning('HF4002', `the gateway's memory and its file differ at ${paths}`)];
}

const gapNote = (paths: string): Problem =>
  warning('HF4004', `the gateway's memory differs from its file for an unknown reason: ${paths}`);

const foldedNote = (paths: string): Problem => ({
  ...warning(
    'HF4004',
    `the gateway added blank lines to folded texts (\`>\`) when it saved its file, and loads them at its next start: ${paths}`,
  ),
  remedy: FOLDED_REMEDY,
});

/** Git doesn't tell a new value of a variable from an edit on the gateway. */
function aboutReferences({ unchangedReferences }: NotesInput): Problem[] {
  const [first, ...others] = unchangedReferences;
  if (first === undefined) return [];
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return [
    warning(
      'HF4014',
      `the gateway doesn't have the value of ${first}${more}. The reference is the same in the base, so this counts as drift`,
    ),
  ];
}

function aboutHeld({ differences, held, quarantined }: NotesInput): Problem[] {
  const until = new Map(held.map((one) => [one.path, one.until]));
  return differences
    .filter(({ id, disposition }) => disposition === 'held' && !quarantined.has(id))
    .map(({ path }) => heldNote(formatPath(path), until.get(formatPath(path))));
}

function heldNote(path: string, until: number | undefined): Problem {
  if (until === undefined) return warning('HF4003', `drift correction of ${path} stopped`, path);
  const message = `${path} was corrected recently and isn't corrected again until ${momentText(until)}`;
  const remedy =
    'Holdfast corrects it after that. If someone keeps changing it back, agree with them on the value and declare it.';
  return { ...warning('HF4003', message, path), remedy };
}

function aboutComments({ lostComments }: NotesInput): Problem[] {
  if (lostComments.length === 0) return [];
  return [warning('HF4011', `no route keeps ${commentsInWords(lostComments)} of the gateway's file`)];
}

/** A plan mentions a window that opens within this time, in ms. */
const SOON = 3_600_000;

/** A later apply of this plan may be refused. */
function aboutFreeze({ freeze, now, writes }: NotesInput): Problem[] {
  if (writes === 0) return [];
  return freeze.flatMap((text) => {
    const window = parseFreeze(text);
    if (typeof window === 'string' || openUntil(window, now) !== undefined) return [];
    const next = opensNext(window, now);
    if (next === undefined || next > now + SOON) return [];
    return [warning('HF4006', `a freeze window opens at ${momentText(next)}: \`${text}\``)];
  });
}

function warning(code: Parameters<typeof problem>[0], message: string, path?: string): Problem {
  return problem(code, message, { severity: 'warning', path });
}
