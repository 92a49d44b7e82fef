// Removes series of targets that left the settings: an alert on one would never end.
import type { Counter } from 'prom-client';
import type { Instruments } from './instruments.ts';

/** Keeps series without a target label, or with an empty one. */
export async function removeStaleSeries(
  { counters, histograms }: Instruments,
  targets: ReadonlySet<string>,
): Promise<void> {
  const stays = (target: unknown): boolean =>
    target === undefined || target === '' || targets.has(String(target));
  for (const counter of Object.values<Counter>(counters)) {
    const { values } = await counter.get();
    for (const { labels } of values) if (!stays(labels['target'])) counter.remove(labels);
  }
  for (const histogram of Object.values(histograms)) {
    const { values } = await histogram.get();
    const gone = new Set(values.map(({ labels }) => labels.target).filter((target) => !stays(target)));
    for (const target of gone) if (target !== undefined) histogram.remove({ target: String(target) });
  }
}
