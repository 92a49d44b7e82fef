// The pull request of a branch: one that is open is updated; where none is, it is opened.
import { HoldfastError } from '../domain/problem/problem.ts';
import type { Pull } from './api/api.ts';
import type { Forge } from './forge.ts';

export interface Proposal {
  /** The branch with the change, in the repository itself. */
  readonly branch: string;
  /** The branch that it should go into. */
  readonly into: string;
  readonly title: string;
  readonly body: string;
}

export async function putPullRequest(forge: Forge, proposal: Proposal): Promise<Pull> {
  const { branch, into } = proposal;
  const open = await forge.openPull(branch, into);
  if (open) return updated(forge, open, proposal);
  try {
    return await forge.addPull(proposal);
  } catch (error) {
    // Somebody may have opened it in the meantime.
    const there = error instanceof HoldfastError ? await forge.openPull(branch, into) : undefined;
    if (there) return updated(forge, there, proposal);
    throw error;
  }
}

async function updated(forge: Forge, open: Pull, { title, body }: Proposal): Promise<Pull> {
  if (open.title !== title || open.body !== body) await forge.editPull(open.number, { title, body });
  return { ...open, title, body };
}
