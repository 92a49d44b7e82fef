// Which targets a wave of the settings means. A target belongs to the first wave that selects it.
import type { Target } from '../domain/target.ts';
import type { Wave } from '../domain/strategy.ts';

type Labelled = Pick<Target, 'name' | 'labels'>;

/** Every target that no earlier wave has. */
const REST = 'rest';

/**
 * `rest`, `LABEL=VALUE` (several with commas: all of them), or a word: targets with a label of that name, unless its
 * value is `false`, and those with a label of that value.
 */
export function wavesOf(order: readonly string[], targets: readonly Labelled[]): Wave[] {
  const taken = new Set<string>();
  return order.map((name) => {
    const found = targets.filter((target) => !taken.has(target.name) && selects(name, target));
    for (const target of found) taken.add(target.name);
    return { name, targets: found.map((target) => target.name) };
  });
}

/** What no wave of this order selects. */
export function withoutWave(waves: readonly Wave[], targets: readonly Labelled[]): string[] {
  const taken = new Set(waves.flatMap((wave) => wave.targets));
  return targets.map(({ name }) => name).filter((name) => !taken.has(name));
}

export const isRest = (wave: string): boolean => wave === REST;

function selects(wave: string, { labels = {} }: Labelled): boolean {
  if (isRest(wave)) return true;
  return wave.split(',').every((part) => {
    const [name = '', value] = part.split('=').map((text) => text.trim());
    if (value !== undefined) return labels[name] === value;
    const named = Object.hasOwn(labels, name) && labels[name] !== 'false';
    return named || Object.values(labels).includes(name);
  });
}
