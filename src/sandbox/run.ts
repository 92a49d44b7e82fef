// The core of `holdfast sandbox`: runs until it is told to stop. Prints nothing itself.
import { fail } from '../nouns/problem.ts';
import type { Sandbox, SandboxOptions } from './sandbox.ts';
import { startSandbox } from './start.ts';

export interface RunSandboxOptions extends SandboxOptions {
  /** Called once when it listens. */
  readonly started?: (sandbox: Sandbox) => void;
}

/** As slow to authenticate as the real one, unless told otherwise. */
const REALISTIC = { bcryptMs: 60 };

/** Resolves after `signal` aborted and the server is closed. Throws a HoldfastError when it cannot start. */
export async function runSandbox(options: RunSandboxOptions, signal: AbortSignal): Promise<void> {
  if (options.api === 'v8')
    throw fail('HF1082', 'The sandbox does not speak the v8 API yet', {
      remedy: 'Use `--api v7`, or a real v8 gateway.',
    });
  const sandbox = await startSandbox({
    bcryptCost: 10,
    ...options,
    delays: { ...REALISTIC, ...options.delays },
  });
  options.started?.(sandbox);
  if (!signal.aborted)
    await new Promise<void>((stop) => signal.addEventListener('abort', () => stop(), { once: true }));
  await sandbox.stop();
}
