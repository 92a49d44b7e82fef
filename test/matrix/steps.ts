// The steps of a transaction, in order, and by which effect each is recognised.
import type { Effect, HttpEffect, Operation } from './wire.ts';

/** What a run has done so far. */
export interface Progress {
  /** Requests that change the gateway: of the plan, and to roll it back. */
  writes: number;
  backs: number;
  /** Whether callers were probed since the last of these requests. */
  probed: boolean;
  closed: boolean;
  /** Requests of the plan. */
  readonly planned: number;
}

export interface Step {
  readonly title: string;
  /** Whether the step is part of a transaction that is rolled back. */
  readonly back?: true;
  readonly is: (effect: Effect, progress: Progress) => boolean;
}

const store =
  (operation: Operation, when: (progress: Progress, effect: Effect) => boolean = () => true): Step['is'] =>
  (effect, progress) =>
    effect.kind === 'store' && effect.operation === operation && when(progress, effect);

const http =
  (when: (effect: HttpEffect, progress: Progress) => boolean): Step['is'] =>
  (effect, progress) =>
    effect.kind === 'http' && when(effect, progress);

export const isWrite = (effect: Effect): boolean =>
  effect.kind === 'http' && effect.method !== 'GET' && effect.purpose !== 'way-back';

const isRead = (effect: HttpEffect): boolean => effect.method === 'GET' && effect.purpose !== 'probe';
const isFile = ({ path }: HttpEffect): boolean => path.endsWith('/config.yaml');
const isLast = ({ writes, planned, backs }: Progress): boolean => writes === planned && backs === 0;

const noted =
  (sent: (progress: Progress) => number): Step['is'] =>
  (effect, progress) =>
    effect.kind === 'store' && effect.journal?.phase === 'open' && effect.journal.sent === sent(progress);

export const STEPS = {
  lock: { title: 'take the lock', is: store('lock') },
  'read-memory': {
    title: 'read the memory of the gateway',
    is: http((one) => one.purpose === 'observe' && !isFile(one)),
  },
  detect: { title: 'detect the generation', is: http(({ purpose }) => purpose === 'detect') },
  'read-file': {
    title: 'read config.yaml',
    is: http((one) => one.purpose === 'observe' && isFile(one)),
  },
  'way-back': {
    title: 'test the way back with a file that the gateway refuses',
    is: http(({ purpose }) => purpose === 'way-back'),
  },
  baseline: {
    title: 'probe the gateway as a caller, before',
    is: http(({ purpose }, { writes }) => purpose === 'probe' && writes === 0),
  },
  backup: { title: 'save the backup', is: store('saveBackup', ({ writes }) => writes === 0) },
  journal: { title: 'open the journal', is: noted(() => 0) },
  quiet: {
    title: 'read config.yaml once more before the first write',
    is: http(({ purpose }) => purpose === 'quiet'),
  },
  'first-note': { title: 'note the first write in the journal', is: noted(() => 1) },
  'first-write': {
    title: 'send the first write',
    is: http(({ purpose }, { writes }) => purpose === 'write' && writes === 0),
  },
  'first-settle': {
    title: 'read the result of the first write',
    is: http((one, { writes, planned }) => one.purpose === 'settle' && writes === 1 && planned > 1),
  },
  'last-note': {
    title: 'note the last write in the journal',
    is: (effect, progress) => progress.planned > 1 && noted(({ planned }) => planned)(effect, progress),
  },
  'last-write': {
    title: 'send the last write',
    is: http(
      ({ purpose }, { writes, planned }) => purpose === 'write' && planned > 1 && writes === planned - 1,
    ),
  },
  'settle-memory': {
    title: 'read the memory after the last write',
    is: http((one, progress) => one.purpose === 'settle' && !isFile(one) && isLast(progress)),
  },
  'settle-file': {
    title: 'read config.yaml after the last write',
    is: http((one, progress) => one.purpose === 'settle' && isFile(one) && isLast(progress)),
  },
  behaviour: {
    title: 'probe the gateway as a caller, after',
    is: http((one, progress) => one.purpose === 'probe' && isLast(progress)),
  },
  commit: {
    title: 'record what was applied',
    is: store('update', (progress) => isLast(progress) && progress.probed),
  },
  history: { title: 'write the history entry', is: store('appendHistory') },
  close: { title: 'close the journal', is: store('closeJournal') },
  status: { title: 'record the status', is: store('update', ({ closed }) => closed) },
  release: { title: 'release the lock', is: store('release') },
  'back-start': {
    title: 'rollback: note it in the journal',
    back: true,
    is: (effect) => effect.kind === 'store' && effect.journal?.phase === 'rolling-back',
  },
  'back-read': {
    title: 'rollback: read the gateway',
    back: true,
    is: http((one, { backs }) => one.purpose === 'roll-back' && isRead(one) && backs === 0),
  },
  'back-backup': {
    title: 'rollback: save what it replaces',
    back: true,
    is: store('saveBackup', ({ writes }) => writes > 0),
  },
  'back-write': {
    title: 'rollback: send the former file',
    back: true,
    is: http((one, { backs }) => one.purpose === 'roll-back' && isWrite(one) && backs === 0),
  },
  'back-verify': {
    title: 'rollback: read the result',
    back: true,
    is: http((one, { backs }) => one.purpose === 'roll-back' && isRead(one) && backs === 1),
  },
  'back-probe': {
    title: 'rollback: probe the gateway as a caller',
    back: true,
    is: http(({ purpose }, { backs }) => purpose === 'probe' && backs === 1),
  },
  'back-record': {
    title: 'rollback: record that the revision failed',
    back: true,
    is: store('update', ({ backs, probed }) => backs > 0 && probed),
  },
  'back-history': { title: 'rollback: write the history entry', back: true, is: store('appendHistory') },
  'back-close': { title: 'rollback: close the journal', back: true, is: store('closeJournal') },
} as const satisfies Readonly<Record<string, Step>>;

export type StepName = keyof typeof STEPS;
export const STEP_NAMES = Object.keys(STEPS) as readonly StepName[]; // its own keys

/** After an effect. */
export function advance(progress: Progress, effect: Effect): void {
  if (isWrite(effect)) {
    progress.probed = false;
    if (effect.kind === 'http' && effect.purpose === 'write') progress.writes += 1;
    else progress.backs += 1;
  } else if (effect.kind === 'http') progress.probed ||= effect.purpose === 'probe' && progress.writes > 0;
  else progress.closed ||= effect.operation === 'closeJournal';
}
