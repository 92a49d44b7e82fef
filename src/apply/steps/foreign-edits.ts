// What others changed while a transaction ran, judged by three values, and how it is reported: paths and values
// without secrets.
import { shownAt } from '../../gateway/catalog/secrets.ts';
import { declaredTexts, knownTexts } from '../../desired/read/origins.ts';
import type { Evidence } from '../../domain/outcome/outcome.ts';
import { formatPath } from '../../domain/path.ts';
import { type Problem, problem } from '../../domain/problem/problem.ts';
import { fingerprintsOf } from '../../domain/named-key.ts';
import { type KnownTexts } from '../../domain/secret.ts';
import { isRedactedSecret, type Redacted, secretText } from '../../domain/redacted.ts';
import type { Tree, Value } from '../../lib/value.ts';
import { redactBelow } from '../../plan/diff/redact-at.ts';
import { type Foreign, threeWay, type ThreeWay } from '../../plan/route/rollback/three-way.ts';
import { contentIn, publicPath } from '../run/compare.ts';
import type { DeepLive } from '../run/read.ts';
import type { LiveRun } from '../run/run.ts';
import type { PlannedTarget } from '../types/planned-target.ts';

/** `before` and `ours` are contents of a file. A path that others changed counts once, however often it is found. */
export function judgeFile(run: LiveRun, before: Tree, ours: Tree, now: DeepLive): ThreeWay {
  const { dialect } = run;
  const { catalog } = dialect;
  return threeWay(catalog, { before, ours, now: contentIn(now.file, dialect) });
}

/** What renders values, and what is known about texts anywhere. */
export interface Redaction {
  readonly run: LiveRun;
  readonly known: KnownTexts;
}

export const redactionOf = (run: LiveRun, { input }: Pick<PlannedTarget, 'input'>): Redaction => ({
  run,
  known: knownTexts(() => declaredTexts(input.desired, input.dialect.catalog), run.state.origins, input.hash),
});

const MOST = 4;

/** `max-retry-interval (30 before, 11 planned, 555 now)`, for a message. */
export function foreignText(redaction: Redaction, foreign: readonly Foreign[]): string {
  const texts = textsOf(redaction, foreign);
  return texts.length > MOST
    ? `${texts.slice(0, MOST).join(', ')} and ${texts.length - MOST} more`
    : texts.join(', ');
}

/** A warning that lists what others changed. */
export function keptProblem(redaction: Redaction, foreign: readonly Foreign[]): Problem {
  const message = `someone else, or the gateway itself, changed ${foreignText(redaction, foreign)}; that change stays`;
  return problem('HF5019', message, { target: redaction.run.context.target.name, severity: 'warning' });
}

/** The check of such an evidence. */
export const KEPT = 'changed by someone else, and kept';

export function foreignEvidence(redaction: Redaction, foreign: readonly Foreign[]): readonly Evidence[] {
  return textsOf(redaction, foreign).map((detail) => ({
    check: KEPT,
    passed: true,
    detail,
  }));
}

const textsOf = (redaction: Redaction, foreign: readonly Foreign[]): string[] => [
  ...new Set(foreign.map((one) => oneText(redaction, one))),
];

function oneText({ run, known }: Redaction, { path, steps, before, ours, now }: Foreign): string {
  const { target } = run.context;
  const { catalog } = run.dialect;
  const fingerprints = fingerprintsOf(target, known);
  const show = (value: Value | undefined): string =>
    value === undefined
      ? 'nothing'
      : valueText(redactBelow(steps, value, (whole) => shownAt(catalog.root, whole, fingerprints)));
  const place = formatPath(publicPath(path, catalog, known)) || 'the whole configuration';
  if (before === undefined && ours === undefined && now === undefined) return `${place} (another order)`;
  const planned = JSON.stringify(before) === JSON.stringify(ours) ? '' : `${show(ours)} planned, `;
  return `${place} (${show(before)} before, ${planned}${show(now)} now)`;
}

const LONGEST = 80;

function valueText(value: Redacted): string {
  if (isRedactedSecret(value)) return secretText(value);
  const text = JSON.stringify(value, (_, inner: Redacted) =>
    isRedactedSecret(inner) ? secretText(inner) : inner,
  );
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
