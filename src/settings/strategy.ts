// `strategy` of holdfast.yaml: the waves in which a new revision reaches the targets.
import { type Problem, problem } from '../domain/problem/problem.ts';
import type { Strategy, Wave } from '../domain/strategy.ts';
import type { Target } from '../domain/target.ts';
import { parseDuration } from '../lib/duration.ts';
import { nearest } from '../lib/suggest.ts';
import { wavesOf, withoutWave } from '../rollout/selector.ts';
import { type Located, type LocatedMap, type LocatedScalar, nodeAt } from '../yaml/located.ts';

const MAX_PARALLEL = 5;

/** `root` has passed the schema. Undefined: every target gets a new revision at once. */
export function strategyOf(
  root: LocatedMap,
  targets: readonly Target[],
): { strategy?: Strategy; problems: readonly Problem[] } {
  const node = nodeAt(root, ['strategy']);
  if (node?.kind !== 'map') return { problems: [] };
  const order = textsIn(nodeAt(node, ['order']));
  const waves = wavesOf(
    order.map(({ value }) => String(value)),
    targets,
  );
  const soak = soakOf(nodeAt(node, ['soak']));
  const problems = [
    ...order.flatMap((written, i) => emptyWave(written, waves[i], targets)),
    ...left(withoutWave(waves, targets), node),
    ...soak.problems,
  ];
  const maxParallel = scalarOf(nodeAt(node, ['max-parallel']))?.value;
  return {
    problems,
    strategy: {
      waves,
      maxParallel: typeof maxParallel === 'number' ? maxParallel : MAX_PARALLEL,
      soakMs: soak.ms,
      stopOn: scalarOf(nodeAt(node, ['stop-on']))?.value === 'error-rate' ? 'error-rate' : 'failure',
    },
  };
}

/** `rest` can be empty, unless a wave follows that gets nothing because of it. */
function emptyWave(
  { value, position }: LocatedScalar,
  wave: Wave | undefined,
  targets: readonly Target[],
): Problem[] {
  const name = String(value);
  if (!wave || wave.targets.length > 0 || name === 'rest') return [];
  const labels = targets.flatMap(({ labels: own = {} }) =>
    Object.entries(own).flatMap(([label, text]) => [label, text, `${label}=${text}`]),
  );
  const meant = nearest(name, [...new Set(labels)]);
  const hint = meant === undefined ? '' : ` Did you mean \`${meant}\`?`;
  const isTaken = wavesOf([name], targets).some(({ targets: found }) => found.length > 0);
  const message = isTaken
    ? `wave \`${name}\` of \`strategy.order\`: earlier waves have all of its targets`
    : `wave \`${name}\` of \`strategy.order\` selects no target.${hint}`;
  const remedy = isTaken
    ? 'Remove the wave, or move it before the wave that has its targets. `rest` comes last.'
    : `Give at least one target this label, for example \`labels: { ${labelFor(name)} }\`.`;
  return [problem('HF7060', message, { position, remedy })];
}

function labelFor(wave: string): string {
  const [name = wave, value = 'true'] = (wave.split(',')[0] ?? wave).split('=');
  return `${name.trim()}: "${value.trim()}"`;
}

function left(names: readonly string[], node: LocatedMap): Problem[] {
  if (names.length === 0) return [];
  const shown = [...names.slice(0, 5), ...(names.length > 5 ? [`${names.length - 5} more`] : [])].join(', ');
  const position = nodeAt(node, ['order'])?.position ?? node.position;
  return [problem('HF7061', `no wave of \`strategy.order\` selects ${shown}`, { position })];
}

function soakOf(node: Located | undefined): { readonly ms: number; readonly problems: readonly Problem[] } {
  const written = scalarOf(node);
  if (!written || written.unresolved || written.value === 0) return { ms: 0, problems: [] };
  const ms = parseDuration(String(written.value));
  if (ms !== undefined) return { ms, problems: [] };
  const remedy = 'For example, write 10m or 1h30m. Leave `soak` out to begin the next wave at once.';
  const message = `\`strategy.soak\`: \`${String(written.value)}\` isn't a valid duration`;
  return { ms: 0, problems: [problem('HF1012', message, { position: written.position, remedy })] };
}

const scalarOf = (node: Located | undefined): LocatedScalar | undefined =>
  node?.kind === 'scalar' ? node : undefined;

const textsIn = (node: Located | undefined): LocatedScalar[] =>
  node?.kind === 'list' ? node.items.filter((item) => item.kind === 'scalar') : [];
