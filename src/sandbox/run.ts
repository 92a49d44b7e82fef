// The core of `holdfast sandbox`: runs until it is aborted. Prints nothing itself.
import type { Sandbox, SandboxOptions } from './sandbox.ts';
import { startSandbox } from './start.ts';

export interface RunSandboxOptions extends SandboxOptions {
  /** Called once when it listens. */
  readonly started?: (sandbox: Sandbox) => void;
}

/** As slow to authenticate as the real gateway, by default. */
const REALISTIC = { bcryptMs: 60 };

/** Resolves after `signal` aborted and the server is closed. Throws a HoldfastError if it can't start. */
export async function runSandbox(options: RunSandboxOptions, signal: AbortSignal): Promise<void> {
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
