// A rollout as text: the phase, and a line for each wave and each target that needs one.
import { failedPercent, requestCount, type Requests } from '../domain/requests.ts';
import type { RolloutView, WaveTargetView, WaveView } from '../domain/state/rollout-view.ts';
import { momentText, plural, timeText } from '../lib/text.ts';
import { commitText } from './text/commit.ts';
import { duration, type Style } from './text/style.ts';

export function rolloutText(rollout: RolloutView, now: number, style: Style): string {
  const { id, phase, at, by, why, commit, supersedes, waves, problems } = rollout;
  const paint = phase === 'stopped' ? style.bad : phase === 'done' ? style.good : style.warn;
  const since = `since ${timeText(at)} UTC (${duration(Math.max(0, now - at))})`;
  const whose = by === undefined ? '' : ` by ${by}`;
  return [
    `${style.bold(`rollout ${id}`)}  ${paint(phase)}${whose}, ${since}`,
    ...(commit ? [`  ${commitText({ ...commit, dirty: false }, 12)}`] : []),
    ...(why === undefined ? [] : [`  ${style.bad(`stopped by ${why}`)}`]),
    ...(supersedes === undefined ? [] : [`  replaces ${supersedes.slice(0, 12)}, which wasn't complete`]),
    '',
    ...waves.flatMap((wave, i) => waveText(wave, i, waves.length, now, style)),
    ...problems.flatMap(({ code, message, remedy }) => [
      '',
      style.warn(`${code}: ${message}`),
      `  ${remedy}`,
    ]),
    ...hint(rollout, style),
    '',
  ].join('\n');
}

function waveText(wave: WaveView, i: number, of: number, now: number, style: Style): string[] {
  const { name, targets, rates } = wave;
  const counts = [...Map.groupBy(targets, ({ phase }) => phase)]
    .map(([phase, members]) => `${members.length} ${phase}`)
    .join(', ');
  const count = targets.length === 0 ? 'no targets' : counts;
  return [
    `${style.bold(`wave ${i + 1} of ${of}  ${name}`)}  ${count}${stateText(wave, now)}`,
    ...(rates
      ? [`  failed requests: ${shareText(rates.before)} before, ${shareText(rates.during)} during the soak`]
      : []),
    ...targets.map((target) => targetText(target, style)),
  ];
}

function stateText({ state, soakUntil, passedAt }: WaveView, now: number): string {
  if (state === 'soaking' && soakUntil !== undefined)
    return soakUntil > now
      ? `; soaks until ${timeText(soakUntil)} UTC (${duration(soakUntil - now)} left)`
      : '; the soak is over, last check';
  return passedAt === undefined ? '' : `; passed at ${timeText(passedAt)} UTC`;
}

function targetText({ name, phase, revision, why, notBefore }: WaveTargetView, style: Style): string {
  const paint =
    phase === 'failed' || phase === 'undo-failed' ? style.bad : phase === 'done' ? style.good : style.warn;
  const held = notBefore === undefined ? '' : `; not before ${momentText(notBefore)}`;
  const which = revision === undefined ? '(files with errors)' : revision.slice(0, 12);
  return `  ${style.accent(name)}  ${paint(phase)}  ${which}${why === undefined ? '' : `  ${why}`}${held}`;
}

function shareText(requests: Requests): string {
  const count = requestCount(requests);
  return count === 0 ? 'no requests' : `${failedPercent(requests)} of ${plural(count, 'request')}`;
}

function hint({ phase, actions }: RolloutView, style: Style): string[] {
  if (phase === 'done' || actions.length === 0) return [];
  return ['', style.dim(`You can: ${actions.map((action) => `holdfast rollout ${action}`).join(', ')}`)];
}
