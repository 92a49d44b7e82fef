// docs/reliability.md: what Holdfast guarantees, and the recorded results of the fault matrix.
import { FAULT_NAMES, FAULTS, type Fault, type FaultName } from '../matrix/faults.ts';
import { type SceneName, SCENES } from '../matrix/scenes.ts';
import { STEP_NAMES, type Step, type StepName, STEPS } from '../matrix/steps.ts';
import { ONE_WRITE, type Result, resultIn, SCENE_NAMES, table, type Table } from '../matrix/table.ts';

/** What a fault means for the one who runs Holdfast. */
const ADVICE: Readonly<Record<FaultName, string>> = {
  kill: 'The process dies without any cleanup: `kill -9`, the OOM killer, a power cut. Start it again. The next run reads the journal first, and rolls back or commits what was interrupted.',
  'kill-done':
    'The gateway or the disk has done the step, and the process never learns it. You do the same as above.',
  term: 'SIGTERM or Ctrl-C. Holdfast sends no further write, and rolls back if it stopped between two writes. Run it again when you want.',
  refused:
    'One request finds nobody. Reads are repeated. A write that was certainly not sent is not repeated: the rest is rolled back.',
  gone: 'The gateway is down and stays down during the run. After exit 7, start the gateway and run Holdfast again: it resolves the journal.',
  reset:
    "The gateway never sees the request, and Holdfast can't know that. It reads the gateway to find out.",
  'reset-done':
    "The gateway has made the change, and the answer is lost. Holdfast reads the gateway and doesn't send the write again.",
  timeout:
    'Holdfast waits 20 seconds for each answer. It reads the gateway to find out whether the write has happened.',
  'timeout-done': 'The write happened, and the answer comes too late.',
  silent:
    'Connections are accepted, and no answer comes until the run ends. After exit 7, restart the gateway and run Holdfast again.',
  truncated: 'The connection breaks in the middle of the answer. The gateway has done the request.',
  error: 'The gateway answers 500 once. Reads are repeated.',
  'error-done':
    'The gateway answers 500 although it made the change. Holdfast believes the reading, not the answer.',
  errors: 'The gateway answers 500 to everything until the run ends, and does nothing.',
  dropped: 'The gateway answers 200 and drops the write. Only a reading shows it.',
  resurrected: 'The gateway answers 200, has the change for a moment, and then loads its former file again.',
  'resurrected-later':
    'As above, after Holdfast has verified the change. This is drift: mode `apply` reports it, mode `enforce` corrects it.',
  restart:
    'The gateway takes the request and restarts before it answers. Between requests, it restarts unnoticed.',
  ban: 'The gateway bans the address of Holdfast. Restart the gateway, which clears bans, and run `holdfast doctor --retry-auth`.',
  foreign:
    "Another client changes a value that the plan doesn't change. It stays, unless it comes after the last reading before a write of the whole file (11 there, and R4): see [what Holdfast can't do](#what-holdfast-cant-do).",
  'foreign-same':
    "Another client changes a value that the plan changes, too. Holdfast stops, keeps their value and names it, unless it comes after the last reading before that write (10 and 11, R4): see [what Holdfast can't do](#what-holdfast-cant-do). To overwrite it, apply with `--allow overwrites-edit`.",
  'disk-full':
    'From the step on, the state directory takes no writes. Before the first write to the gateway, Holdfast stops. After it, the gateway is finished first. Free space and run Holdfast again: it completes the record.',
};

const INTRO = `# Reliability

This page tells what happens when something fails while Holdfast writes to a gateway: what you see, where the gateway is, and what
you do. It is for the people who are called at night. The tables are the recorded results of tests, which break each step of a transaction
in each way (\`npm run matrix\`); a sample of them runs with every \`npm test\`.

## What Holdfast guarantees

1. **The gateway ends as planned or as before.** Holdfast never trusts an answer: it reads memory and file after each write. If the result
   isn't as predicted, it rolls back.
2. **Where it can't, it says so.** Exit 7 and a journal that stays open mean: the gateway can be between the two. The output has steps that
   need no API, and the next run resolves the journal first.
3. **The outcome is true.** \`applied\` means that memory, file and callers were checked. \`rolled-back\`, \`unreachable\`, \`refused\`, \`stale\`,
   \`cancelled\`, and \`failed\` before a write mean that the gateway has nothing of this plan.
4. **Changes by others stay.** Holdfast reverts only what is still as it wrote it, and never restores an older backup over a file with
   changes by others.
5. **One more run is enough.** After the fault has ended, the next runs bring the gateway in sync, without losing anything. A revision
   that failed waits for you: \`holdfast apply --retry\`.
6. **There is a backup before each first write, and one history entry for each transaction that wrote.** After exit 7, the run that resolves it adds
   one.
7. **No write is sent again if the gateway has it.**
8. **No secret** is in an outcome, an event or a record, whatever fails.

## What Holdfast can't do

- **See a change between its last reading and its write.** The gateway has no conditional writes. Holdfast reads directly before it writes, so this window
  is a few milliseconds. A change by others in it is lost if the write covers it: the same value, or, for a
  \`PUT /config.yaml\` (and a rollback is one), any value.
- **Reach a gateway that is down.** A rollback waits several seconds for a gateway that restarts. Then it ends with exit 7.
- **Prove what nothing shows.** Where no caller can observe that the running gateway follows its file, the outcome says \`effect on requests not tested\`.
- **Keep a gateway from changing later.** What changes after the verification is drift. The next check finds it.
- **Decide after 15 minutes.** A journal of a crash that is older than that, with the gateway partly changed, is left to you (exit 7).
- **Roll back on its own whatever else fails.** The tables have one fault each; random tests combine two, and add a second Holdfast
  (\`test/matrix/law.test.ts\`). What is above holds for them, too, but a fault during a rollback more often ends with exit 7.

## How to read the tables

*Gateway*: where it is when the run ends: \`as before\`, \`as planned\`, or \`between\` the two. *Next runs*: what the next runs of
\`holdfast apply\` come to after the fault has ended, until the gateway is in sync; after the first one, with \`--retry\` and \`--allow overwrites-edit\`.
`;

const numbers = new Map<StepName, string>();
for (const name of STEP_NAMES) {
  const { back }: Step = STEPS[name];
  const earlier = STEP_NAMES.slice(0, STEP_NAMES.indexOf(name)).filter(
    (each) => ((STEPS[each] as Step).back === true) === (back === true),
  );
  numbers.set(name, `${back === true ? 'R' : ''}${earlier.length + 1}`);
}

/** `1–4, 7`: ranges of neighbours in the order of the steps. */
function ranges(steps: readonly StepName[]): string {
  const runs: StepName[][] = [];
  for (const step of steps) {
    const last = runs.at(-1)?.at(-1);
    const isNext =
      last !== undefined &&
      STEP_NAMES.indexOf(step) === STEP_NAMES.indexOf(last) + 1 &&
      numbers.get(step)?.startsWith('R') === numbers.get(last)?.startsWith('R');
    if (isNext) runs.at(-1)?.push(step);
    else runs.push([step]);
  }
  return runs
    .map((run) => {
      const [first, last] = [run[0], run.at(-1)].map((step) => step && numbers.get(step));
      return first === last ? first : `${first}–${last}`;
    })
    .join(', ');
}

const GATEWAY: Readonly<Record<string, string>> = {
  before: 'as before',
  planned: 'as planned',
  partly: 'between',
};

function cells(result: Result): readonly string[] {
  const [outcome = '', exit = '', gateway = '', next = ''] = result.split('; ');
  const shown = next.split(' > ').map((kind) => `\`${kind}\``);
  const seen = outcome === 'killed' ? 'nothing' : `\`${outcome}\``;
  return [seen, exit, GATEWAY[gateway] ?? gateway, shown.join(', then ')];
}

interface Group {
  readonly result: Result;
  /** The steps, and the gateways if not all. */
  readonly where: string;
}

/** The gateways with the same result. Where others don't have the step, they aren't named. */
function scenesBy(
  results: Table,
  step: StepName,
  fault: FaultName,
): readonly [Result, readonly SceneName[]][] {
  const result = (scene: SceneName): Result => resultIn(results, scene, step, fault) ?? '';
  const having = SCENE_NAMES.filter((scene) => result(scene) !== NO_STEP);
  const groups = [...Map.groupBy(having, result)];
  return groups.map(([each, scenes]) => [each, groups.length === 1 ? SCENE_NAMES : scenes]);
}

const LIST = new Intl.ListFormat('en');
const NO_STEP = `-; ${ONE_WRITE}`;

/** Gateways whose plan is one request. */
const ONE_REQUEST = SCENE_NAMES.filter((scene) => resultIn(table(), scene, 'last-write', 'kill') === NO_STEP)
  .map((scene) => SCENES[scene].title)
  .join(' and ');

/** One for each result, in the order of its first step. */
function groupsOf(results: Table, fault: FaultName): readonly Group[] {
  const groups = new Map<string, { result: Result; scenes: readonly SceneName[]; steps: StepName[] }>();
  for (const step of STEP_NAMES)
    for (const [result, scenes] of scenesBy(results, step, fault)) {
      const key = `${result} ${scenes.join()}`;
      const group = groups.get(key) ?? { result, scenes, steps: [] };
      group.steps.push(step);
      groups.set(key, group);
    }
  return [...groups.values()].map(({ result, scenes, steps }) => {
    const titles = LIST.format(scenes.map((scene) => SCENES[scene].title));
    const where = scenes.length === SCENE_NAMES.length ? ranges(steps) : `${ranges(steps)} on ${titles}`;
    return { result, where };
  });
}

const isNone = ({ result }: Group): boolean => result.startsWith('-');

function sectionOf(results: Table, name: FaultName): string {
  const fault: Fault = FAULTS[name];
  const groups = groupsOf(results, name);
  const none = [...Map.groupBy(groups.filter(isNone), ({ result }) => result.slice(3))];
  return [
    `### ${fault.title}`,
    '',
    ADVICE[name],
    '',
    '| step | you see | exit | gateway | next runs |',
    '| --- | --- | --- | --- | --- |',
    ...groups
      .filter((group) => !isNone(group))
      .map(({ result, where }) => `| ${[where, ...cells(result)].join(' | ')} |`),
    ...none.flatMap(([why, same]) => ['', `Not at ${same.map(({ where }) => where).join(', ')}: ${why}.`]),
  ].join('\n');
}

export function reliabilityPage(): string {
  const results = table();
  const steps = STEP_NAMES.map((name) => `| ${numbers.get(name)} | ${STEPS[name].title} |`);
  return `<!-- Generated by \`npm run docs\` from the results of \`npm run matrix:write\`. -->

${INTRO}
Tried on: ${SCENE_NAMES.map((scene) => SCENES[scene].title).join('; ')}. Where they differ, the row names them. Steps 12 to 14 need a plan of two
requests or more. A whole file is one request, so they don't exist on ${ONE_REQUEST}.

| step | what Holdfast does |
| --- | --- |
${steps.join('\n')}

R1 to R${STEP_NAMES.filter((name) => (STEPS[name] as Step).back).length} are the steps of a rollback. To test them, callers with the new client key are refused after the writes, so
without another fault the outcome is \`rolled-back HF5014\`.

## What happens

${FAULT_NAMES.map((name) => sectionOf(results, name)).join('\n\n')}
`;
}
