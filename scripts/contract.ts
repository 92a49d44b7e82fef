// Whether a gateway, of a new version for example, still behaves as recorded: replays the recorded cases on a gateway
// that you name, and tells the differences by key and rule. It overwrites the gateway's file many times, and puts it back.
// Usage: see docs/testing.md.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { casesIn, type RecordedCase } from '../test/contract/support/recorded.ts';
import { contractText } from './contract/findings.ts';
import { openNamed, Refused } from './contract/named-gateway.ts';
import { replayAll } from './contract/run.ts';

const { values } = parseArgs({
  options: {
    gateway: { type: 'string' },
    'key-file': { type: 'string' },
    'disposable-gateway': { type: 'boolean', default: false },
    restart: { type: 'string' },
    case: { type: 'string', multiple: true },
    output: { type: 'string', default: 'text' },
  },
});

const CASES = resolve(import.meta.dirname, '../test/contract');
const DIRECTORIES = { v7: ['v0/cases', 'own'], v8: ['v8/cases'] };

function usage(message: string): never {
  process.stderr.write(
    `${message}\nnpm run contract -- --gateway URL [--key-file FILE] --disposable-gateway [--restart COMMAND] [--case ID…] [--output text|json]\n`,
  );
  process.exit(64);
}

function keyOf(): string {
  const file = values['key-file'];
  const key = file === undefined ? process.env['MANAGEMENT_PASSWORD'] : readFileSync(file, 'utf8').trim();
  return key || usage('Name a file with the management key (--key-file), or set MANAGEMENT_PASSWORD.');
}

async function run(command: string): Promise<void> {
  await promisify(execFile)('sh', ['-c', command]);
}

/** `v0-n01*` names all that begin so. */
function isMeant({ id }: RecordedCase): boolean {
  const { case: wanted } = values;
  return (
    !wanted || wanted.some((name) => (name.endsWith('*') ? id.startsWith(name.slice(0, -1)) : id === name))
  );
}

async function main(): Promise<number> {
  const { gateway: url, output, restart: command } = values;
  if (url === undefined) usage('Name the gateway: --gateway http://127.0.0.1:8317');
  if (output !== 'text' && output !== 'json') usage('--output is text or json.');
  const gateway = await openNamed({
    url,
    key: keyOf(),
    sleep,
    ...(command !== undefined && { restart: () => run(command) }),
  });
  if (!values['disposable-gateway'])
    throw new Refused(
      `this overwrites the configuration of ${url} hundreds of times. If nobody needs that gateway, add --disposable-gateway.`,
    );
  const backup = join(tmpdir(), `holdfast-contract-${Date.now()}.yaml`);
  writeFileSync(backup, gateway.original, { mode: 0o600 });
  process.stderr.write(`The gateway's file is saved in ${backup}, and put back at the end.\n`);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const cases = DIRECTORIES[gateway.api].flatMap((name) => casesIn(join(CASES, name))).filter(isMeant);
  if (cases.length === 0) usage('No recorded case has this ID.');
  const progress = (done: number, all: number, id: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${done}/${all} ${id}`);
  };
  const report = await replayAll({ url, gateway, cases, signal: stop.signal, progress });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  process.stdout.write(
    output === 'json' ? `${JSON.stringify(report, undefined, 2)}\n` : contractText(report),
  );
  if (report.stopped !== undefined || report.replayed === 0) return 1;
  return report.findings.length > 0 ? 2 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 4;
}
