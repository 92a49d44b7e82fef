// `npm run demo`: a guided tour on a sandbox gateway that ends by itself. All output is that of the real command,
// and every exit code is compared with what the tour promises.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redactingIo } from '../cli/io/redacting-io.ts';
import { type Io, processIo } from '../compose/io.ts';
import { main } from '../cli/main.ts';
import { duration, indent, styleFor } from '../report/text/style.ts';
import { wrapped } from '../report/text/wrap.ts';
import { askedGeneration, GENERATIONS, startGateway } from './generation.ts';

const KEY = 'mgmt-secret-1';
const SECRETS = {
  LAPTOP_KEY: 'sk-test-client-laptop',
  PHONE_KEY: 'sk-test-client-phone',
  OPENROUTER_KEY: 'sk-test-openrouter-0001',
};
const FILE = `api-keys:
  - \${env:LAPTOP_KEY}
  - \${env:PHONE_KEY}
request-retry: 3
openai-compatibility:
  - name: openrouter
    base-url: https://openrouter.example/api/v1
    api-key-entries:
      - api-key: \${env:OPENROUTER_KEY}
    models:
      - { name: moonshotai/kimi-k2, alias: kimi }
      - { name: z-ai/glm-4.6, alias: glm }
`;

const api = askedGeneration();
const begun = performance.now();
const raw = processIo();
/** What is left of a line beside the indent of three. */
const width = raw.columns === undefined ? undefined : raw.columns - 3;
const terminal = redactingIo(raw);
const style = styleFor({ isTTY: terminal.stdoutIsTerminal }, process.env, true);
const dir = await mkdtemp(join(tmpdir(), 'holdfast-tour-'));
const files = join(dir, 'desired-state');
const config = join(dir, 'config.yaml');
await mkdir(files);
const sandbox = await startGateway(api, config);
// Nobody needs its backups after the sandbox, so the guard for CI jobs doesn't apply.
await writeFile(
  join(dir, 'holdfast.yaml'),
  JSON.stringify({ version: 1, targets: [{ name: 'default', url: sandbox.url }], state: { lasting: true } }),
);
const told: string[] = [];

/** The exit code of a shell for a program that SIGINT ended. */
const INTERRUPTED = 130;

/** Somebody pressed Ctrl-C. */
class Stopped extends Error {}

try {
  await tour();
} catch (error) {
  if (!(error instanceof Stopped)) throw error;
  terminal.out('\nStopped. The sandbox gateway and its files were removed.\n');
  process.exitCode = INTERRUPTED;
} finally {
  await sandbox.stop();
  await rm(dir, { recursive: true, force: true });
}

async function tour(): Promise<void> {
  welcome();

  chapter(
    'First apply',
    `The desired state is one file${GENERATIONS[api].ofTheFile}. Two entries and a number differ from the gateway.`,
  );
  terminal.out(`\n${indent(FILE, 4)}`);
  await desire(FILE);
  await holdfast(['apply'], 0);

  chapter('Nothing to do', 'The same command again: one check, no write.');
  await holdfast(['apply'], 0);

  chapter(
    'Someone edits in the panel',
    'Someone else sets request-retry to 9. `drift` finds it, and `apply --mode enforce` corrects it.',
  );
  await editInPanel('request-retry', 9);
  await holdfast(['drift'], 2);
  await holdfast(['apply', '--mode', 'enforce'], 0);

  chapter(
    'The gateway responds with 200 and drops the write',
    'The sandbox simulates a fault of the real gateway. Holdfast reads the result, finds the fault, and rolls back.',
  );
  sandbox.fault('drop-writes');
  await desire(FILE.replace('request-retry: 3', 'request-retry: 5'));
  await holdfast(['apply'], 6);
  sandbox.clearFaults();

  chapter(
    'A dangerous change',
    'A mistake empties the list of client keys, which would open the gateway to everyone. A guard refuses.',
  );
  await desire(FILE.replace(/api-keys:\n.*\n.*\n/, 'api-keys: []\n'));
  await holdfast(['apply'], 4);

  chapter(
    'What happened',
    'The history contains every transaction with its evidence. Holdfast created a backup before every write.',
  );
  await holdfast(['history'], 0);

  summary();
}

function welcome(): void {
  terminal.out(
    wrapped(
      `${style.bold('Holdfast, a guided tour')}\nA sandbox gateway that behaves like the real ${api} one listens at ${sandbox.url}.\n`,
      raw.columns,
    ),
  );
}

function summary(): void {
  const seconds = duration(performance.now() - begun);
  terminal.out(
    wrapped(
      `\n${style.good('Done')} in ${seconds}: ${told.slice(0, -1).join(', ').toLowerCase()}. ${sandbox.requests.length} requests in all.\n`,
      raw.columns,
    ),
  );
  terminal.out(
    wrapped(
      `Next: ${style.bold('npm start')} keeps a sandbox and the daemon running. README.md describes how to manage your own gateway.\n`,
      raw.columns,
    ),
  );
}

function goOn(): void {
  if (terminal.signal.aborted) throw new Stopped();
}

function chapter(title: string, text: string): void {
  goOn();
  told.push(title);
  terminal.out(
    `\n${style.accent(style.bold(`${told.length}. ${title}`))}\n${indent(wrapped(text, width), 3)}\n`,
  );
}

async function desire(text: string): Promise<void> {
  await writeFile(join(files, 'gateway.yaml'), text);
}

async function editInPanel(key: string, value: number): Promise<void> {
  const answer = await fetch(`${sandbox.url}/v0/management/${key}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ value }),
  });
  if (!answer.ok) throw new Error(`the panel's edit failed: ${answer.status}`);
  await sandbox.settled();
}

async function holdfast(words: readonly string[], promised: number): Promise<void> {
  const io: Io = {
    ...raw, // a command redacts its output itself
    cwd: dir,
    env: { ...process.env, ...SECRETS, HOLDFAST_KEY: KEY },
    stdinIsTerminal: false,
    stderrIsTerminal: false,
    columns: width,
    out: (text) => raw.out(indent(text, 3)),
    err: (text) => raw.out(indent(text, 3)),
    exit: 0,
  };
  goOn();
  terminal.out(`\n   ${style.bold(`$ holdfast ${words.join(' ')}`)}\n`);
  await main(words, io);
  goOn();
  terminal.out(`   ${style.dim(`exit ${io.exit}`)}\n`);
  if (io.exit !== promised)
    throw new Error(`the tour promised exit ${promised}, holdfast ended with ${io.exit}`);
  process.exitCode = 0;
}
