// `release-secret` and `literal-secret`: credentials that would stay in effect unseen, or that are in a file as
// plaintext.
import { secretsIn } from '../../gateway/catalog/secrets.ts';
import { formatPath, type Path } from '../../domain/path.ts';
import { isTree, type Value } from '../../lib/value.ts';
import { plural } from '../../lib/text.ts';
import { changesBelow, type Case, type Finding } from './guard.ts';

export function releaseSecret(subject: Case): Finding[] {
  return subject.newlyReleased.flatMap((path) => {
    const count = secretsAt(subject, path);
    if (count === 0) return [];
    return [
      {
        guard: 'release-secret' as const,
        path,
        message: `releases ${plural(count, 'credential')}: nothing declares \`${formatPath(path)}\` any more, but it stays in effect on the gateway`,
        remedy: 'Remove it with `--prune`, or declare it again. An empty list or map removes its content.',
        changes: changesBelow(subject, path),
      },
    ];
  });
}

function secretsAt({ catalog, after }: Case, path: Path): number {
  const names = path.map(({ name }) => name ?? '');
  let value: Value | undefined = after;
  for (const name of names) value = isTree(value) ? value[name] : undefined;
  return value === undefined ? 0 : new Set(secretsIn(catalog.at(names), value)).size;
}

export function literalSecret({ literalSecrets }: Case): Finding[] {
  return literalSecrets.map(({ path, place }) => ({
    guard: 'literal-secret' as const,
    path,
    message: `is in plain text in a file${place}`,
    remedy:
      'Put the secret into the environment or a secret file and refer to it: `${env:NAME}` or `${file:path}`. Rotate the secret, because it was readable.',
    changes: [],
  }));
}
