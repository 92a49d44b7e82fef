// The command line in a job of a forge, against a sandbox gateway.
import { join } from 'node:path';
import type { ForgeKind } from '../../../src/domain/forge.ts';
import { type FakeForge, fakeForge } from '../../support/fake-forge/fake-forge.ts';
import { type JobOptions, jobVariables } from '../../support/fake-forge/job.ts';
import { KEY, openTerminal, type Ran, SECRETS, type Terminal } from '../terminal.ts';

export interface Job extends AsyncDisposable {
  readonly forge: FakeForge;
  readonly terminal: Terminal;
  run(job: Partial<JobOptions>, ...words: string[]): Promise<Ran>;
  /** With other variables. */
  runIn(variables: NodeJS.ProcessEnv, job: Partial<JobOptions>, ...words: string[]): Promise<Ran>;
}

const settingsFor = (url: string): string => `version: 1
state: { lasting: true }
targets:
  - { name: default, url: "${url}", key: "\${env:HOLDFAST_KEY}", desired: desired-state }
`;

export const HEAD = 'a'.repeat(40);

export async function openCi(kind: ForgeKind, files?: Readonly<Record<string, string>>): Promise<Job> {
  const [forge, terminal] = await Promise.all([fakeForge(kind), openTerminal(files)]);
  await terminal.write('holdfast.yaml', settingsFor(terminal.sandbox.url));
  const runIn: Job['runIn'] = async (variables, job, ...words) => {
    const eventFile = join(terminal.dir, 'runner', 'event.json');
    const own = await jobVariables(forge, {
      eventFile,
      event: 'pull-request',
      commit: HEAD,
      pull: 3,
      ...job,
    });
    return terminal.runWith({ env: { ...SECRETS, HOLDFAST_KEY: KEY, ...own, ...variables } }, ...words);
  };
  return {
    forge,
    terminal,
    runIn,
    run: (job, ...words) => runIn({}, job, ...words),
    async [Symbol.asyncDispose]() {
      await terminal[Symbol.asyncDispose]();
      await forge[Symbol.asyncDispose]();
    },
  };
}
