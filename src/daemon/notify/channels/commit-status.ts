// A notice about a target as the status of the commit that it is about: on GitHub, GitLab, Gitea and Forgejo.
import type { ForgeKind } from '../../../domain/forge.ts';
import type { Notice } from '../../../domain/outcome/notice.ts';
import { CODES } from '../../../domain/problem/codes.ts';
import { HoldfastError } from '../../../domain/problem/problem.ts';
import { type Forge, openForge } from '../../../forge/forge.ts';
import type { CommitStatus, StatusState } from '../../../forge/api/api.ts';
import type { Receiver } from '../../../settings/settings.ts';
import type { Delivery, Sender } from './delivery.ts';

type Repository = Extract<Receiver, { kind: ForgeKind }>;

export function openStatusSender({ kind, api, repository, token }: Repository): Sender {
  const forge = openForge({ kind, api: api.href, repository, token: token.open() });
  return {
    async send(message) {
      // A status can't be gathered with others: the channel sends each notice by itself.
      const notices = message.kind === 'notice' ? [message.notice] : message.digest.notices;
      try {
        for (const notice of notices) await setStatus(forge, notice);
        return { kind: 'delivered', answer: 'accepted' };
      } catch (error) {
        return deliveryOf(error);
      }
    },
    close: async () => {
      await forge[Symbol.asyncDispose]();
    },
  };
}

async function setStatus(forge: Forge, notice: Notice): Promise<void> {
  const commit = notice.facts.commit?.sha;
  // A test message is about no commit.
  await (commit === undefined ? forge.check() : forge.setStatus(commit, statusOf(notice)));
}

const SUCCESS: ReadonlySet<Notice['kind']> = new Set(['in-sync', 'applied', 'recovered', 'restored']);
const PENDING: ReadonlySet<Notice['kind']> = new Set(['pending', 'suspended']);

function stateOf(kind: Notice['kind']): StatusState {
  if (SUCCESS.has(kind)) return 'success';
  return PENDING.has(kind) ? 'pending' : 'failure';
}

/** The first words of a description are all that most pages show. */
export function statusOf({ kind, target = '', title, summary, facts, link }: Notice): CommitStatus {
  const what = title.slice(target.length).replace(/^: /, '');
  const guards = [...new Set(facts.findings.map(({ guard }) => guard))];
  return {
    state: stateOf(kind),
    context: `holdfast/${target}`,
    description: guards.length > 0 ? `${what} by ${guards.join(', ')}` : `${what}. ${summary}`,
    ...(link !== undefined && { link }),
  };
}

function deliveryOf(error: unknown): Delivery {
  if (!(error instanceof HoldfastError)) return { kind: 'failed', answer: 'no answer' };
  const isFinal = error.problems.every(({ code }) => CODES[code].retry === 'never');
  return {
    kind: isFinal ? 'refused' : 'failed',
    answer: error.problems.map(({ message }) => message).join('; '),
  };
}
