// Makes a gateway with a dead file watcher load its file: a field write of a leaf that is there already calls the reload
// directly (C v0 §6.4, design-v8 rule 12). It re-encodes the file, so it is only for a rollback.
import { isTree, type Value } from '../../lib/value.ts';
import { seal } from '../../domain/secret.ts';
import type { DeepLive } from '../run/read.ts';
import { type Run, step, windowOf } from '../run/run.ts';

export async function forceReload(run: Run, live: DeepLive): Promise<void> {
  if (live.api === 'v8' && live.layout === 'v8') return nudgeTree(run);
  const memory = live.memory.open();
  const current: Value = isTree(memory) ? (memory['debug'] ?? false) : false;
  step(
    run,
    'roll-back',
    "the file watcher doesn't seem to work: a field write makes the gateway load its file",
  );
  await run.client.send({
    method: 'PUT',
    path: '/v0/management/debug',
    body: seal(JSON.stringify({ value: current })),
    contentType: 'application/json',
    purpose: 'roll-back',
    credential: 'management',
  });
  await run.context.clock.sleep(await windowOf(run));
}

/** Any accepted v8 write loads the file, even one that changes nothing in it. */
async function nudgeTree(run: Run): Promise<void> {
  step(
    run,
    'roll-back',
    "the file watcher doesn't seem to work: an empty PATCH makes the gateway load its file",
  );
  await run.client.send({
    method: 'PATCH',
    path: '/v8/management/config',
    body: seal('{}'),
    contentType: 'application/json',
    purpose: 'roll-back',
    credential: 'management',
  });
  await run.context.clock.sleep(await windowOf(run));
}
