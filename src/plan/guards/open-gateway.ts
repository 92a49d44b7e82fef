// `open-gateway`: client keys that become empty, blank, or the published samples, also between two writes of the
// plan.
import { spelledIn } from '../../gateway/layout/locate.ts';
import { formatPath, key, type Path } from '../../domain/path.ts';
import type { Tree } from '../../lib/value.ts';
import { SAMPLE_KEYS } from '../../gateway/observe/client-keys.ts';
import { clientKeys, isOpen } from '../diff/exposed-models.ts';
import { plural } from '../../lib/text.ts';
import { changesBelow, type Case, type Finding } from './guard.ts';

const placeOf = ({ catalog }: Pick<Case, 'catalog'>): Path =>
  spelledIn(catalog.layout, 'api-keys').split('.').map(key);

export function openGateway(subject: Case): Finding[] {
  const changes = changesBelow(subject, placeOf(subject));
  if (changes.length === 0 && subject.between.every((image) => isOpen(subject.before) || !isOpen(image)))
    return [];
  return [...opened(subject, changes), ...sampled(subject, changes)];
}

function opened(subject: Case, changes: readonly string[]): Finding[] {
  const { before, after, between } = subject;
  const had = `${plural(clientKeys(before).size, 'usable client key')} now`;
  if (isOpen(after))
    return [
      finding(
        subject,
        `leaves no usable client key (${had}), so the gateway would be open to everyone`,
        changes,
      ),
    ];
  if (!isOpen(before) && between.some(isOpen))
    return [finding(subject, `would leave no usable client key between two writes (${had})`, changes)];
  return [];
}

function sampled(subject: Case, changes: readonly string[]): Finding[] {
  const samples = samplesIn(subject.after);
  if (samples.length === 0 || changes.length === 0) return [];
  const names = samples.map((sample) => `\`${sample}\``).join(', ');
  return [
    finding(
      subject,
      `client keys include ${names}, which are published with the gateway's example, so everyone knows them`,
      changes,
    ),
  ];
}

function samplesIn(image: Tree): string[] {
  return [...clientKeys(image)].filter((text) => SAMPLE_KEYS.has(text));
}

function finding(subject: Case, message: string, changes: readonly string[]): Finding {
  const path = placeOf(subject);
  const remedy = `Declare at least one of your own client keys under \`${formatPath(path)}\`.`;
  return { guard: 'open-gateway', path, message, remedy, changes };
}
