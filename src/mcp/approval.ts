// Who lets an agent write: a person whom the client asks, or the settings.
import { fail } from '../domain/problem/problem.ts';
import type { Answer, Call } from './types.ts';

/** The question that a person has to answer first; undefined where nothing is in the way. Throws HF1031 otherwise. */
export function approval(id: string, question: string, { host, answerOf }: Call): Answer | undefined {
  if (host.policy.apply === 'allowed') return undefined;
  if (host.policy.apply === 'never') throw fail('HF1031', "the settings don't let agents write");
  const answer = answerOf(id);
  if (answer === 'declined') throw fail('HF1031', 'the person declined');
  return answer === 'accepted' ? undefined : { ask: question, id };
}
