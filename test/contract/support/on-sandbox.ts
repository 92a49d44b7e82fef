// Replays a recorded scenario on the sandbox, in virtual time.
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { virtualSandbox } from '../../support/virtual-clock.ts';
import { inDirectory, type RecordedCase, type RecordedFile, type Translation } from './recorded.ts';
import { type Difference, replay } from './replay.ts';

/** As on the gateway that was recorded; time is virtual. */
const DELAYS = { debounceMs: 150, reloadStartMs: 1, reloadMs: 4, pollMs: 2, bcryptMs: 60 };
/** Long enough that a second write at once falls into it, as it does on the real gateway (C v8 §4.12). */
const DELAYS_V8 = { ...DELAYS, reloadStartMs: 0, reloadMs: 60, bcryptMs: 0 };

/** Empty: the sandbox behaves as recorded. */
export async function replayOnSandbox(
  recorded: RecordedCase,
  api: 'v7' | 'v8' = 'v7',
): Promise<readonly Difference[]> {
  const root = mkdtempSync(join(tmpdir(), 'replay-'));
  const directory = join(root, 'gateway');
  const texts = inDirectory(directory);
  mkdirSync(join(directory, 'auths'), { recursive: true });
  const file = join(directory, 'config.yaml');
  writeFileSync(file, texts.out(recorded.start['config.yaml']));
  const { args = [], env = {} } = recorded.start;
  const { sandbox, clock } = await virtualSandbox({
    api,
    file,
    port: 0,
    host: '127.0.0.1',
    env: { HOME: directory, ...env },
    build: { version: 'dev' },
    delays: api === 'v8' ? DELAYS_V8 : DELAYS,
    ...(args[0] === '-password' && args[1] !== undefined && { password: args[1] }),
  });
  try {
    return await replay(recorded, {
      place: {
        url: sandbox.url,
        texts,
        file: async () => (existsSync(file) ? readFileSync(file, 'utf8') : null),
      },
      sleep: (ms) => clock.sleep(ms),
      settled: () => sandbox.settled(),
      async restart() {
        const before = sandbox.port;
        return (await sandbox.restart()) && sandbox.port === before;
      },
      change: (step) => changeFile(step, directory, texts),
    });
  } finally {
    await sandbox.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

function changeFile({ op, path: name = 'config.yaml', text: raw = '', mode }: RecordedFile, directory: string, { out }: Translation): void {
  const path = join(directory, name);
  const text = out(raw);
  if (op === 'chmod') chmodSync(path, Number.parseInt(mode ?? '644', 8));
  else if (op === 'write') writeFileSync(path, text);
  else if (op === 'append') appendFileSync(path, text);
  else if (op === 'remove') rmSync(path);
  else if (op === 'rename') {
    writeFileSync(join(directory, 'new'), text);
    renameSync(join(directory, 'new'), path);
  }
}
