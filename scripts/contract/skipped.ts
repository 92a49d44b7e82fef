// Which recorded cases can't be replayed on a gateway that runs already, and why.
import type { RecordedCase, RecordedStep } from '../../test/contract/support/recorded.ts';

/** The management keys of recorded gateways, by `MANAGEMENT_PASSWORD`. */
export const RECORDED_KEYS: readonly string[] = ['mgmt-secret-1', 'mgmt-test-key'];

/** The fifth refused login bans the address for half an hour. One of them can come from elsewhere. */
const MOST_REFUSED_LOGINS = 3;

/** Undefined: it can be replayed. */
export function skipReason(recorded: RecordedCase, canRestart: boolean): string | undefined {
  const { start } = recorded;
  const steps = recorded.steps.flatMap((step) => step.parallel ?? [step]);
  if (start.args && start.args.length > 0) return 'needs a gateway that was started with -password';
  if (start.unprivileged) return 'needs a gateway that can’t write its file';
  const { MANAGEMENT_PASSWORD: key, ...others } = start.env ?? {};
  if (key === undefined) return 'needs a gateway that was started without MANAGEMENT_PASSWORD';
  if (!RECORDED_KEYS.includes(key) || Object.keys(others).length > 0)
    return 'needs a gateway that was started with other variables';
  if (/^\s*secret-key:\s*(?!["']{2}\s*$)\S/m.test(start['config.yaml']))
    return 'starts with a management secret in the file';
  if (!canRestart && (/your-api-key/.test(start['config.yaml']) || steps.some(readsCounters)))
    return 'needs a gateway that was just started (give --restart)';
  const restarts = steps.filter(({ restart }) => restart);
  if (restarts.some(({ restarted }) => !restarted)) return 'leaves the gateway stopped';
  if (restarts.length > 0 && !canRestart) return 'restarts the gateway (give --restart)';
  if (steps.some(({ file }) => file && file.op !== 'read')) return 'changes the file beside the API';
  if (recorded.racy && (recorded.steps.some(({ parallel }) => parallel) || steps.some(isCrash)))
    return 'can crash the gateway';
  if (mostRefused(steps) > MOST_REFUSED_LOGINS) return 'gets the address of the caller banned';
  return undefined;
}

const isCrash = ({ response }: RecordedStep): boolean => response?.status === 0;

/** They count from the start of the process. */
const readsCounters = ({ request }: RecordedStep): boolean =>
  /\/(?:api-key-usage|usage)$/.test(request?.path ?? '');

/** The longest run of refused logins. */
function mostRefused(steps: readonly RecordedStep[]): number {
  let most = 0;
  let now = 0;
  for (const { request, response } of steps) {
    if (!request || !response || !/^\/v[08]\/management/.test(request.path)) continue;
    now = response.status === 401 ? now + 1 : response.status < 300 ? 0 : now;
    most = Math.max(most, now);
  }
  return most;
}
