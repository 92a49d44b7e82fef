// The checks of `doctor` as data: each has its result and what to do. Makes one authenticated attempt, and skips
// what depends on a failed check. Renders nothing.
import type { Clock } from '../../domain/clock.ts';
import type { Code } from '../../domain/problem/codes.ts';
import { CODES } from '../../domain/problem/codes.ts';
import type { Live } from '../../domain/live.ts';
import type { DetectionMemory, KnownValues } from '../../domain/state/memory.ts';
import { HoldfastError, type Problem } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';
import { isTree, type Value } from '../../lib/value.ts';
import { convertsFile, dialectOf } from '../dialect.ts';
import { factsOf, isFlat } from '../layout/layouts.ts';
import { FOLDED_REMEDY } from '../observe/agreement.ts';
import type { Client } from '../client/client.ts';
import { credentialsOf } from './credentials.ts';
import { newerThanSupported } from '../observe/supported-versions.ts';
import { lasting } from '../observe/lasting.ts';
import { observe } from '../observe/observe.ts';
import { type Admission, admission } from './probes.ts';
import { isGatewayServer } from '../client/refusals.ts';
import { probeRollback } from './rollback-probe.ts';

export interface Check {
  readonly id: string;
  /** The question that the check answers. */
  readonly title: string;
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly detail: string;
  readonly remedy?: string;
  readonly code?: Code;
}

export interface DoctorOptions {
  readonly target: Target;
  readonly client: Client;
  readonly clock: Clock;
  readonly known?: KnownValues;
  readonly detection?: DetectionMemory;
  /** Also checks that need more requests, see deep.ts. They only read. */
  readonly deep?: boolean;
}

export type Finding = Omit<Check, 'id' | 'title'>;

export const ok = (detail: string): Finding => ({ status: 'ok', detail });
export const skip = (detail: string): Finding => ({ status: 'skip', detail });

function bad(status: 'warn' | 'fail', code: Code, detail: string, remedy?: string): Finding {
  return { status, code, detail, remedy: remedy ?? CODES[code].remedy };
}

const ofProblem = (problem: Problem): Finding => bad('fail', problem.code, problem.message, problem.remedy);

/** In the order of troubleshooting. Never rejects with a HoldfastError: that becomes a failed check. */
export async function diagnose(options: DoctorOptions): Promise<readonly Check[]> {
  const { client, target } = options;
  const reached = await findGateway(client);
  const gone = reached.status === 'fail';
  const reading: Reading = gone ? 'unasked' : await readGateway(options);
  const live = isLive(reading) ? reading : undefined;
  const anonymous = gone ? undefined : await admission(client, undefined, 'doctor').catch(ofError);
  return [
    check('transport', 'Is the connection secure?', transportOf(target)),
    check('listening', 'Is there a CLIProxyAPI gateway at this address?', reached),
    check(
      'management',
      'Is management turned on?',
      managementOf(failedWith(reading, MANAGEMENT_CODES), anonymous) ?? passed(reading),
    ),
    check(
      'remote',
      'Can this machine manage it?',
      failedWith(reading, REMOTE_CODES) ?? remoteOf(live, options),
    ),
    check('key', 'Is the management key correct?', keyOf(reading, target)),
    check('version', 'Is this version supported?', failedWith(reading, VERSION_CODES) ?? versionOf(live)),
    check('readable', 'Can its configuration be read?', otherFailure(reading) ?? passed(reading)),
    check('agreement', 'Does its memory match its file?', agreementOf(live)),
    check('way-back', 'Can it be changed, and changes undone?', await wayBackOf(live, options)),
    check('closed', 'Does it refuse callers without a key?', closedOf(anonymous)),
    check('sample-keys', 'Are its client keys unpublished?', sampleKeysOf(live, anonymous)),
    check(
      'probe-key',
      'Does it accept the probe key?',
      gone ? skip('nothing answers') : await probeOf(options),
    ),
    check('brick', 'Is its file safe for the next write?', brickOf(live)),
    check('credentials', 'Are its credentials healthy?', await credentialsIn(client, live)),
    ...(options.deep ? await (await import('./deep.ts')).deepChecks(client, live) : []),
  ];
}

const check = (id: string, title: string, finding: Finding): Check => ({ id, title, ...finding });

export function ofError(error: unknown): Finding {
  if (error instanceof HoldfastError && error.problems[0]) return ofProblem(error.problems[0]);
  throw error;
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function transportOf({ url, tls }: Target): Finding {
  if (tls?.insecure === true)
    return bad(
      'warn',
      'HF3004',
      "certificates aren't verified",
      'Set `tls.ca` to the certificate authority instead.',
    );
  if (url.protocol === 'https:') return ok('TLS, verified');
  if (LOOPBACK.test(url.hostname)) return ok('plain HTTP, but only within this machine');
  return {
    status: 'warn',
    detail: `keys travel to ${url.hostname} unencrypted`,
    remedy:
      'Set `tls.enable: true` (v8: `server.tls.enable`) on the gateway, or put a TLS proxy in front of it, unless the network is private.',
  };
}

/** Without a key, so that it can't count as a failed login. */
async function findGateway(client: Client): Promise<Finding> {
  try {
    const answer = await client.send({
      method: 'GET',
      path: '/healthz',
      purpose: 'doctor',
      credential: 'none',
    });
    if (isGatewayServer(answer))
      return answer.status === 200
        ? ok("it responds and reports that it's healthy")
        : unhealthy(answer.status);
    return bad('fail', 'HF3006', `something responds with status ${answer.status}, but not like a gateway`);
  } catch (error) {
    return ofError(error);
  }
}

const unhealthy = (status: number): Finding =>
  bad('warn', 'HF3026', `it responds, but its health check says ${status}`);

type Reading = Live | Finding | 'unasked';

const isLive = (reading: Reading): reading is Live => typeof reading === 'object' && 'memory' in reading;

/** ms that a gateway of usual size needs to load an edit. */
const RELOAD_MS = 500;

async function readGateway(options: DoctorOptions): Promise<Reading> {
  const { client, target, clock, known, detection } = options;
  const read = (): Promise<Live> =>
    observe(client, {
      depth: 'deep',
      api: target.api,
      clock,
      purpose: 'doctor',
      evenUnreadable: true,
      ...(known && { known }),
      ...(detection && { detection }),
    });
  const looking = {
    known,
    window: () => Promise.resolve(RELOAD_MS),
    sleep: (ms: number) => clock.sleep(ms),
  };
  return read()
    .then((first) => lasting(first, read, looking))
    .catch(ofError);
}

const UNREAD = "not checked, because the configuration couldn't be read";

const MANAGEMENT_CODES: readonly Code[] = ['HF3011', 'HF3012'];
const REMOTE_CODES: readonly Code[] = ['HF3010'];
const KEY_CODES: readonly Code[] = ['HF3007', 'HF3008', 'HF3009', 'HF3013', 'HF3025'];
const VERSION_CODES: readonly Code[] = ['HF3036', 'HF3037'];
const NAMED = new Set<Code>([...MANAGEMENT_CODES, ...REMOTE_CODES, ...KEY_CODES, ...VERSION_CODES]);

/** The failure of the reading, if it belongs to this check. */
function failedWith(reading: Reading, codes: readonly Code[]): Finding | undefined {
  if (reading === 'unasked' || isLive(reading)) return undefined;
  return reading.code !== undefined && codes.includes(reading.code) ? reading : undefined;
}

function otherFailure(reading: Reading): Finding | undefined {
  if (reading === 'unasked') return undefined;
  if (!isLive(reading)) return reading.code === undefined || !NAMED.has(reading.code) ? reading : undefined;
  const unreadable = reading.findings.find(({ code }) => code === 'HF3023' || code === 'HF3027');
  return unreadable && ofProblem(unreadable);
}

/** A missing key is known without a gateway. */
function keyOf(reading: Reading, { name, keys }: Target): Finding {
  const missing =
    keys.length === 0 ? bad('fail', 'HF3008', `the target ${name} has no management key`) : undefined;
  return failedWith(reading, KEY_CODES) ?? missing ?? passed(reading);
}

/** Didn't fail here; passed only if the reading succeeded. */
function passed(reading: Reading): Finding {
  return isLive(reading) ? ok('yes') : skip(UNREAD);
}

function remoteOf(live: Live | undefined, { target }: DoctorOptions): Finding {
  if (!live) return skip(UNREAD);
  const management = managementIn(live);
  const allowed = isTree(management) && management['allow-remote'] === true;
  if (allowed) return ok('yes, from any machine');
  return ok(LOOPBACK.test(target.url.hostname) ? 'yes; from this machine only' : 'yes');
}

function managementIn(live: Live): Value | undefined {
  const { catalog, content } = dialectOf(live);
  const document = live.file?.document.open();
  return document && content(document)[factsOf(catalog.layout).management];
}

function versionOf(live: Live | undefined): Finding {
  if (!live) return skip(UNREAD);
  const { version, commit } = live.build;
  const from = commit === 'none' ? '' : ` (${commit})`;
  const layout = factsOf(live.layout).label;
  const detail = `${version}${from}, API ${live.api}, ${layout} layout${convertsFile(live) ? ', which the first v8 write converts (guard migrate-file)' : ''}`;
  const [newer] = newerThanSupported(version);
  return newer ? bad('warn', newer.code, `${detail}; ${newer.message}`) : ok(detail);
}

function agreementOf(live: Live | undefined): Finding {
  if (!live || live.agreement.kind === 'unread') return skip("the file couldn't be read");
  if (live.agreement.kind === 'agree') return ok('yes');
  const { paths, cause, because } = live.agreement;
  const where = `${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ` and ${paths.length - 5} more` : ''}`;
  if (because === 'folded-text')
    return bad('warn', 'HF3035', `folded texts gained blank lines in the file at ${where}`, FOLDED_REMEDY);
  if (cause === 'model-gap') return bad('warn', 'HF3035', `they differ at ${where}`);
  return bad('fail', 'HF3034', `${cause}: they differ at ${where}`);
}

/** The gateway's example file has sample client keys and no management key. */
function managementOf(failed: Finding | undefined, anonymous: AdmissionResult): Finding | undefined {
  if (failed?.code !== 'HF3011' || !isAdmission(anonymous) || anonymous.kind !== 'safe-mode') return failed;
  return bad(
    'fail',
    'HF3011',
    'management is turned off, and the gateway runs with the sample client keys of the published example file',
    'In config.yaml, set `remote-management.secret-key` (v8: `management.secret-key`), which the example leaves empty, and replace the sample values of `api-keys` (v8: `access.api-keys`); then restart the gateway.',
  );
}

/** No harmless request shows whether the gateway can write config.yaml: each one that does rewrites the file. */
const UNPROVEN =
  'unproven: the gateway can check a new file next to config.yaml. The first apply shows whether it can write config.yaml itself';

async function wayBackOf(live: Live | undefined, options: DoctorOptions): Promise<Finding> {
  if (!live) return skip(UNREAD);
  if (keepsPlainKey(live)) return bad('fail', 'HF3026', PLAIN_KEY, WRITABLE);
  try {
    const answer = await probeRollback(options.client, live.memory);
    if (answer === 'available') return skip(UNPROVEN);
    const detail =
      answer === 'unavailable' ? 'the gateway cannot replace its file' : 'the response is unclear';
    return bad('fail', 'HF3026', detail, WRITABLE);
  } catch (error) {
    return ofError(error);
  }
}

const WRITABLE =
  'Make config.yaml and its directory writable for the user that the gateway runs as. The gateway checks a new file next to config.yaml.';
const PLAIN_KEY =
  'no: config.yaml still holds the management key in plain text, and a gateway that can write the file replaces it with a hash when it starts';

/** Checked in flat files only. */
function keepsPlainKey(live: Live): boolean {
  const management = isFlat(dialectOf(live).catalog.layout) ? managementIn(live) : undefined;
  const key = isTree(management) ? management['secret-key'] : undefined;
  return typeof key === 'string' && key !== '' && !/^\$2[aby]\$/.test(key);
}

type AdmissionResult = Admission | Finding | undefined;

const isAdmission = (result: AdmissionResult): result is Admission =>
  result !== undefined && 'kind' in result;

function closedOf(anonymous: AdmissionResult): Finding {
  if (!isAdmission(anonymous)) return anonymous ?? skip('nothing answers');
  if (anonymous.kind === 'accepted') return bad('fail', 'HF3030', 'it accepts callers without a key');
  if (anonymous.kind === 'unclear' || anonymous.kind === 'unproven') return skip(anonymous.detail);
  return ok('yes, a caller without a key is refused');
}

function sampleKeysOf(live: Live | undefined, anonymous: AdmissionResult): Finding {
  if (isAdmission(anonymous) && anonymous.kind === 'safe-mode')
    return bad('fail', 'HF3031', 'it was started with sample keys and refuses all clients');
  const sample = live?.findings.find(({ code }) => code === 'HF3032');
  if (sample) return bad('warn', 'HF3032', sample.message);
  return live ? ok('yes') : skip(UNREAD);
}

async function probeOf({ client, target }: DoctorOptions): Promise<Finding> {
  const { clientKey, models } = target.probes;
  if (!clientKey) return skip("`probes.client-key` isn't set");
  const result: AdmissionResult = await admission(client, clientKey, 'doctor').catch(ofError);
  if (!isAdmission(result)) return result;
  if (result.kind === 'unproven') return skip(result.detail);
  if (result.kind !== 'accepted')
    return {
      status: 'fail',
      detail: 'no',
      remedy: 'Set `probes.client-key` to one of the declared client keys.',
    };
  const missing = models.filter((model) => !result.models.includes(model));
  if (missing.length === 0) return ok(`yes, and lists ${result.models.length} models`);
  return {
    status: 'warn',
    detail: `yes, but it doesn't list ${missing.join(', ')}`,
    remedy: 'Check that the provider of these models is declared and its credential is healthy.',
  };
}

function brickOf(live: Live | undefined): Finding {
  const brick = live?.findings.find(({ code }) => code === 'HF3033');
  if (brick) return bad('fail', brick.code, brick.message);
  return live?.file ? ok('yes') : skip("the file couldn't be read");
}

async function credentialsIn(client: Client, live: Live | undefined): Promise<Finding> {
  if (!live) return skip(UNREAD);
  try {
    const all = await credentialsOf(client, 'doctor');
    const sick = all.filter(({ state }) => state === 'error' || state === 'unavailable');
    if (sick.length === 0)
      return ok(all.length === 0 ? 'there are no credential files' : `${all.length} files, all healthy`);
    return {
      status: 'warn',
      detail: `${sick.length} of ${all.length}: ${sick.map(({ name, status }) => `${name} (${status})`).join(', ')}`,
      remedy: "Log in to these accounts again in the gateway's panel.",
    };
  } catch (error) {
    return ofError(error);
  }
}
