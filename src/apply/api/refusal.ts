// What a refused request of `holdfast api` means: an endpoint that the gateway doesn't have, or one that refuses.
import { type Problem, problem } from '../../domain/problem/problem.ts';
import { buildOf } from '../../gateway/client/build.ts';
import type { Answer } from '../../gateway/client/client.ts';
import { V7 } from '../../gateway/dialect.ts';
import { nearest } from '../../lib/suggest.ts';
import { addressOf, type ApiRequest, V0_BASE } from './request.ts';

export function refusal(target: string, request: ApiRequest, { status, headers }: Answer): Problem {
  const { path } = addressOf(request.path);
  // A v7 gateway doesn't know the path, and responds before it checks the key.
  const isWithoutV8 = status === 404 && !path.startsWith(V0_BASE) && !buildOf(headers);
  if (isWithoutV8)
    return problem('HF5052', `the gateway responded with ${status}: it has no v8 API`, {
      target,
      remedy: 'Use a path below /v0/management.',
    });
  const meant =
    status === 404 && path.startsWith(V0_BASE) ? endpointLike(path.slice(V0_BASE.length)) : undefined;
  return problem('HF5052', `the gateway responded with ${status} to ${request.method} ${path}`, {
    target,
    ...(meant !== undefined && {
      remedy: `Did you mean \`${meant}\`? \`holdfast explain KEY\` shows the endpoint of a key.`,
    }),
  });
}

/** An endpoint of the v0 API whose name is similar; undefined if it exists, as for an entry that isn't there. */
function endpointLike(name: string): string | undefined {
  const known = V7.catalog
    .all()
    .flatMap(({ route }) => ('endpoint' in route ? [route.endpoint.slice(1)] : []));
  const all = ['config', 'config.yaml', ...known];
  return all.includes(name) ? undefined : nearest(name, all);
}
