// Whether `PUT /config.yaml` works on this gateway: the route of every rollback (design-v8 rule 10). Tries it with a
// body that the loader refuses, so that nothing is written in any case.
import { type Sealed, seal } from '../../domain/secret.ts';
import type { Tree } from '../../lib/value.ts';
import type { Client } from '../client/client.ts';
import { MANAGEMENT, readJson } from '../observe/read.ts';

/** `unavailable`: the gateway can't write next to its file. `unknown` refuses too. */
export type RollbackProbe = 'available' | 'unavailable' | 'unknown';

/**
 * Less than three snapshot intervals: refused by the validation that needs a file next to config.yaml (C v0 §2.3,
 * §2.4).
 */
const REFUSED_BODY = seal('credential-in-flight:\n  stale-after: 1s\n');

/**
 * `memory`: what `GET /config` shows; read here if it isn't given. A gateway that is too old to know the key would
 * store the body as its whole configuration. It doesn't show the key, so it is never probed.
 */
export async function probeRollback(client: Client, memory?: Sealed<Tree>): Promise<RollbackProbe> {
  const shown = memory ?? (await readJson(client, '/config', 'way-back')).value;
  if (shown === undefined || !('credential-in-flight' in shown.open())) return 'unknown';
  const { status } = await client.send({
    method: 'PUT',
    path: `${MANAGEMENT}/config.yaml`,
    purpose: 'way-back',
    credential: 'management',
    contentType: 'application/yaml',
    body: REFUSED_BODY,
  });
  if (status === 422) return 'available';
  return status === 500 ? 'unavailable' : 'unknown';
}
