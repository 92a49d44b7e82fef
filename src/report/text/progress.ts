// What is being done for a target, in one line for a person who waits.
import type { Event, Step } from '../../domain/outcome/event.ts';
import { duration } from './style.ts';

const DOING: Record<Step, string> = {
  lock: 'starting',
  observe: 'reading the gateway',
  plan: 'comparing the files with the gateway',
  quiet: 'checking that nobody else writes',
  baseline: 'checking how the gateway treats its callers',
  backup: 'backing up',
  journal: 'recording what it is about to do',
  'probe-way-back': 'checking that a change can be undone',
  write: 'writing',
  settle: 'comparing the gateway with the prediction',
  verify: 'verifying',
  commit: 'recording the result',
  'roll-back': 'rolling back',
  recover: 'resolving an interrupted transaction',
};

/** `left`: ms that remain of a wait. */
export function progressText(event: Extract<Event, { kind: 'step' | 'wait' }>, left?: number): string {
  if (event.kind === 'wait') {
    const time = duration(Math.max(0, left ?? event.ms));
    return `${event.target}  waiting ${event.atMost ? 'up to ' : ''}${time} for ${event.what}`;
  }
  const { write, detail, step } = event;
  const more = write ? ` ${write.method} ${write.path}` : step === 'roll-back' && detail ? `: ${detail}` : '';
  return `${event.target}  ${DOING[step]}${more}`;
}
