// Makes a gateway with a dead file watcher load its file. The request may re-encode the file, so use it only in a
// rollback.
import { seal } from '../../domain/secret.ts';
import type { DeepLive } from '../run/read.ts';
import { awaitReload, type LiveRun, step } from '../run/run.ts';

export async function forceReload(run: LiveRun, live: DeepLive): Promise<void> {
  const { method, path, body, inWords } = run.dialect.reload(live);
  step(run, 'roll-back', `the file watcher doesn't seem to work: ${inWords} makes the gateway load its file`);
  await run.client.send({
    method,
    path,
    body: seal(body),
    contentType: 'application/json',
    purpose: 'roll-back',
    credential: 'management',
  });
  await awaitReload(run);
}
