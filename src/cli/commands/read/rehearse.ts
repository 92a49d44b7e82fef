// `plan --rehearse`: the plan applied to an embedded gateway that starts from the live file. Shows what the gateway
// would store, before anything is sent to it.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callApi } from '../../../apply/api/api.ts';
import { type Context, reconcile } from '../../../apply/apply.ts';
import type { Session } from '../../../compose/session.ts';
import type { Plan } from '../../../domain/plan/plan.ts';
import { seal } from '../../../domain/secret.ts';
import type { Target } from '../../../domain/target.ts';
import { readFileText } from '../../../gateway/observe/read.ts';
import { outcomeSentence } from '../../../report/text/outcome.ts';
import { unifiedDiff } from '../../../report/text/diff.ts';
import type { Rehearsal } from '../../../report/report.ts';
import { startSandbox } from '../../../sandbox/start.ts';

/** The embedded gateway that has the API. */
const SANDBOX = { v0: 'v7', v8: 'v8' } as const;

/** Neither the gateway nor the state of the target changes. Rejects with HF1081 if the live file can't be loaded. */
export async function rehearse(session: Session, target: Target, plan: Plan): Promise<Rehearsal> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-rehearsal-'));
  try {
    const file = join(dir, 'config.yaml');
    const live = await session.withClient(target, 'rehearsal', (client) => readFileText(client, 'observe'));
    await writeFile(file, live.open(), { mode: 0o600 });
    const key = randomBytes(16).toString('hex');
    const { api, build } = plan.gateway;
    const sandbox = await startSandbox({
      file,
      port: 0,
      host: '127.0.0.1',
      api: SANDBOX[api],
      env: { MANAGEMENT_PASSWORD: key },
      build,
    });
    try {
      const context = await practiceContext(session, target, { dir, url: sandbox.url, key });
      return await applied(context, target.name);
    } finally {
      await sandbox.stop();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

interface Practice {
  readonly dir: string;
  readonly url: string;
  readonly key: string;
}

/** The same target at the address of the embedded gateway, with a copy of what is remembered. */
async function practiceContext(
  session: Session,
  target: Target,
  { dir, url, key }: Practice,
): Promise<Context> {
  const { tls: _real, ...rest } = target;
  const practice: Target = {
    ...rest,
    url: new URL(url),
    keys: [seal(key)],
    // Its upstreams aren't there.
    probes: { ...target.probes, models: [] },
  };
  return {
    ...session.contextOf(practice),
    store: await session.practiceStore(join(dir, 'state'), target),
  };
}

async function applied(context: Context, target: string): Promise<Rehearsal> {
  const stored = async (): Promise<string> => {
    const { body } = await callApi(context, { method: 'GET', path: 'config.yaml' });
    return String(body);
  };
  const before = await stored();
  const outcome = await reconcile(context, { mode: 'apply', retry: true });
  return {
    target,
    kind: outcome.kind,
    summary: outcomeSentence(outcome),
    diff: unifiedDiff(before, await stored(), 'config.yaml')
      .trimEnd()
      .split('\n')
      .filter(Boolean),
  };
}
