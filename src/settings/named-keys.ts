// `client-keys` and `provider-keys` of holdfast.yaml: names of keys for output, and when client keys expire.
import { parseEnd } from '../lib/zone.ts';
import type { NamedKey } from '../domain/named-key.ts';
import { type Position, type Problem, problem } from '../domain/problem/problem.ts';
import { seal } from '../domain/secret.ts';
import { type Located, type LocatedMap, type LocatedScalar, nodeAt } from '../yaml/located.ts';

const SECTIONS = [
  ['client-keys', 'client'],
  ['provider-keys', 'provider'],
] as const;

/** `root` has passed the schema. Without what couldn't be resolved offline. */
export function namedKeysOf(root: LocatedMap): {
  readonly named: readonly NamedKey[];
  readonly problems: readonly Problem[];
} {
  const found = SECTIONS.flatMap(([section, kind]) => {
    const node = nodeAt(root, [section]);
    const members = node?.kind === 'map' ? [...node.members] : [];
    return members.map(([name, { node: value, position }]) =>
      namedKey({ kind, name, position }, value, `\`${section}\``),
    );
  });
  const named = found.flatMap((one) => (one.named ? [one.named] : []));
  return { named, problems: [...found.flatMap(({ problems }) => problems), ...duplicates(named)] };
}

interface Read {
  readonly named?: NamedKey;
  readonly problems: readonly Problem[];
}

function namedKey(facts: Pick<NamedKey, 'kind' | 'name' | 'position'>, node: Located, setting: string): Read {
  const key = node.kind === 'map' ? node.members.get('key')?.node : node;
  const until = node.kind === 'map' ? node.members.get('expires')?.node : undefined;
  if (key?.kind !== 'scalar') return { problems: [] };
  const expires = until?.kind === 'scalar' ? expiryIn(until) : undefined;
  if (typeof expires === 'object') return { problems: [expires] };
  if (key.unresolved) return { problems: [] };
  const meant = meantBy(key, setting);
  if ('code' in meant) return { problems: [meant] };
  return { named: { ...facts, key: meant, ...(expires !== undefined && { expires }) }, problems: [] };
}

const FINGERPRINT = /^#([0-9a-f]{8,64})$/;

function meantBy({ value, reference, position }: LocatedScalar, setting: string): NamedKey['key'] | Problem {
  const text = String(value);
  if (reference !== undefined) return { secret: seal(text.trim()) };
  const [, fingerprint] = FINGERPRINT.exec(text) ?? [];
  if (fingerprint !== undefined) return { fingerprint };
  return problem('HF1012', `${setting} contains a key in plain text, or something that isn't a key`, {
    position,
    remedy:
      'Refer to the key, for example "${env:LAPTOP_KEY}", or write the fingerprint that plans show, in quotes: "#1a2b3c4d".',
  });
}

/** The end of a day, or a time. */
function expiryIn({ value, position }: LocatedScalar): number | Problem {
  const moment = typeof value === 'string' ? parseEnd(value) : undefined;
  return (
    moment ??
    problem('HF1012', '`expires` is neither a date nor a time', {
      position,
      remedy:
        'Write a date such as 2027-01-31, the last day of the key, or a time such as 2027-01-31T18:00 Europe/Berlin.',
    })
  );
}

function duplicates(named: readonly NamedKey[]): readonly Problem[] {
  const seen = new Map<string, { readonly name: string; readonly position: Position }>();
  return named.flatMap(({ key, name, position }) => {
    const identity = 'secret' in key ? key.secret.open() : `#${key.fingerprint}`;
    const first = seen.get(identity);
    seen.set(identity, first ?? { name, position });
    if (!first) return [];
    const message = `"${first.name}" in line ${first.position.line} and "${name}" are names of the same key`;
    return [problem('HF1014', message, { position, remedy: 'Give each key one name.' })];
  });
}
