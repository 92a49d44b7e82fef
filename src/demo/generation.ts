// The generation of the sandbox gateway for the tour and `npm start`: `-- --api v8` chooses v8.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Sandbox } from '../sandbox/sandbox.ts';
import { startSandbox } from '../sandbox/start.ts';

export type Generation = keyof typeof GENERATIONS;

export const GENERATIONS = {
  v7: {
    file: 'gateway.yaml',
    /** Arguments of a `curl` that sets `request-retry` to 9. */
    retryNine: (url: string) => `-d '{"value": 9}' ${url}/v0/management/request-retry`,
    /** Continues "The desired state is one file". */
    ofTheFile: '',
  },
  v8: {
    file: 'gateway-v8.yaml',
    retryNine: (url: string) => `-d 9 ${url}/v8/management/config/routing/retry/request-retry`,
    ofTheFile: ' in the flat layout of v7; the gateway uses the v8 tree',
  },
} as const;

const isGeneration = (text: string): text is Generation => Object.hasOwn(GENERATIONS, text);

/** Of the process; ends it with 64 for any other argument. */
export function askedGeneration(): Generation {
  try {
    const { api } = parseArgs({ options: { api: { type: 'string', default: 'v7' } } }).values;
    if (isGeneration(api)) return api;
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
  const example = await readFile(join(import.meta.dirname, GENERATIONS[api].file));
  await writeFile(file, example, { mode: 0o600 });
  return startSandbox({ file, port: 0, api });
}
