// The generation of the sandbox gateway for the tour and `npm start`: `-- --api v8` chooses v8.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Sandbox } from '../sandbox/sandbox.ts';
import { startSandbox } from '../sandbox/start.ts';

export type Generation = 'v7' | 'v8';

const FILES: Readonly<Record<Generation, string>> = { v7: 'gateway.yaml', v8: 'gateway-v8.yaml' };

/** Of the process; ends it with 64 for any other argument. */
export function askedGeneration(): Generation {
  try {
    const { api } = parseArgs({ options: { api: { type: 'string', default: 'v7' } } }).values;
    if (api === 'v7' || api === 'v8') return api;
    throw new Error(`--api ${api} isn't a generation of the gateway`);
  } catch (error) {
    process.stderr.write(
      `${error instanceof Error ? error.message : String(error)}\nUse --api v7 or --api v8.\n`,
    );
    process.exit(64);
  }
}

/** A gateway on a realistic configuration, copied to `file`. */
export async function startGateway(api: Generation, file: string): Promise<Sandbox> {
  const example = await readFile(join(import.meta.dirname, FILES[api]));
  await writeFile(file, example, { mode: 0o600 });
  return startSandbox({ file, port: 0, api });
}
