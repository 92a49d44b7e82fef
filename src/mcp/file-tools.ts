// Tools that edit the desired-state files: a proposed change, and what the gateway changed. The gateway stays as it is.
import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { EXIT } from '../domain/problem/exit.ts';
import { fail } from '../domain/problem/problem.ts';
import { oneLine } from '../lib/terminal-safe.ts';
import type { Value } from '../lib/value.ts';
import { approval } from './approval.ts';
import { outputOf } from './result.ts';
import { planOf } from './plan-tools.ts';
import { resultOf, TARGET, targetFlag } from './read-tools.ts';
import { withReferences } from './secret-references.ts';
import type { Answer, Arguments, Call, CommandResult, Tool } from './types.ts';

const BRANCH = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 200,
    description:
      'Commit to this new branch and leave the work tree as it is. Without it, the files in the work tree change.',
  }),
);

/** The edit itself; a plan follows where the files in the work tree changed. */
const EDITED = Type.Object(
  {
    diff: Type.String({ description: 'Unified diff of the files.' }),
    written: Type.Boolean(),
    branch: Type.Optional(Type.String()),
    commit: Type.Optional(Type.String()),
    plans: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }))),
  },
  { additionalProperties: true },
);

const SECRET = Type.Union([
  Type.Object({ env: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }) }, { additionalProperties: false }),
  Type.Object({ file: Type.String({ pattern: '^[^{}\\s]+$' }) }, { additionalProperties: false }),
]);

const EDIT = Type.Object(
  {
    path: Type.String({
      maxLength: 1000,
      description: 'For example routing.strategy or openai-compatibility[kimi].priority.',
    }),
    value: Type.Optional(
      Type.Unknown({
        description: 'The new value, as JSON. A secret in it is {"secret": {"env": "NAME"}}.',
      }),
    ),
    secret: Type.Optional(SECRET),
    unset: Type.Optional(Type.Boolean({ description: 'Remove the path instead.' })),
  },
  { additionalProperties: false },
);

type Edit = Readonly<Record<string, unknown>>;

/** What a command gets to change the files: flags, and what it reads. */
interface Editing {
  readonly flags: readonly string[];
  readonly words?: readonly string[];
  readonly stdin?: string;
}

/** Throws HF1033 where it isn't exactly one of the two forms. */
function editing({ edits, patch }: Arguments): Editing {
  if (Array.isArray(edits) === (typeof patch === 'string'))
    throw fail('HF1033', 'propose_change takes either `edits` or `patch`');
  if (typeof patch === 'string') return { flags: ['--patch', '-'], stdin: patch };
  const given = (edits as readonly Edit[]).map(({ secret, value, ...edit }) => {
    if (secret !== undefined && value !== undefined)
      throw fail('HF1033', 'an edit takes either `value` or `secret`');
    const meant = secret === undefined ? value : { secret };
    return meant === undefined ? edit : { ...edit, value: withReferences(meant as Value) };
  });
  return { flags: ['--edits', '-'], stdin: JSON.stringify(given) };
}

interface Edited {
  readonly done: CommandResult;
  /** Whether the files in the work tree changed. */
  readonly isInPlace: boolean;
}

/** Runs a command that edits files. Where that alone changes the gateway, a person is asked first. */
async function edit(
  command: 'set' | 'adopt',
  { flags, words = [], stdin }: Editing,
  { branch, target }: Arguments,
  call: Call,
): Promise<Edited | Answer> {
  const run = (...more: readonly string[]): Promise<CommandResult> =>
    call.host.run(
      [
        command,
        ...flags,
        ...more,
        ...targetFlag({ target }),
        ...(command === 'adopt' ? ['--', ...words] : []),
      ],
      {
        ...call,
        ...(stdin !== undefined && { stdin }),
      },
    );
  if (typeof branch === 'string') {
    const done = await run('--commit', `--branch=${branch}`);
    return { done, isInPlace: false };
  }
  if (call.host.appliesFiles) {
    const shown = await run();
    if (shown.exit !== EXIT.ok) return { done: shown, isInPlace: false };
    const diff = textOf(shown.document['diff']);
    const unanswered = diff === '' ? undefined : approval(`edit ${hashOf(diff)}`, questionAbout(diff), call);
    if (unanswered) return unanswered;
  }
  const done = await run('--write');
  return { done, isInPlace: done.exit === EXIT.ok };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Changed lines that a question shows. */
const MOST_LINES = 20;

function questionAbout(diff: string): string {
  const lines = diff.split('\n').filter((line) => /^[-+]/.test(line));
  const shown = lines.slice(0, MOST_LINES).map((line) => oneLine(line).slice(0, 200));
  const more = lines.length > shown.length ? [`… ${lines.length - shown.length} more lines`] : [];
  return ['Change the files? The daemon applies them.', ...shown, ...more].join('\n');
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const pick = (document: CommandResult['document'], ...names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.flatMap((name) => (document[name] === undefined ? [] : [[name, document[name]]])));

const proposeTool: Tool = {
  name: 'propose_change',
  title: 'Propose a change in the files',
  description:
    'Edits the desired-state files by path and value, or by a unified diff, keeps comments and order, and returns the diff and the plan. A secret is a reference: {"secret": {"env": "NAME"}}; a person stores its value. The gateway changes only with `apply_plan`, or when a daemon applies the files: then a person is asked first.',
  input: Type.Object(
    {
      edits: Type.Optional(Type.Array(EDIT, { minItems: 1, maxItems: 200 })),
      patch: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 500_000,
          description: 'Unified diff of the files, with the names that `diff` of a result has.',
        }),
      ),
      branch: BRANCH,
      target: TARGET,
    },
    { additionalProperties: false },
  ),
  output: outputOf(EDITED),
  readOnly: false,
  async run(args, call) {
    const edited = await edit('set', editing(args), args, call);
    if (!('done' in edited)) return edited;
    const { done, isInPlace } = edited;
    const { document } = done;
    const what = {
      diff: textOf(document['diff']),
      written: document['written'] === true,
      ...pick(document, 'branch', 'commit'),
    };
    if (!isInPlace) return { result: resultOf(done, what, [EXIT.ok]) };
    const { result } = await planOf(args, call);
    return { result: { ...result, result: { ...what, ...result.result } } };
  },
};

const adoptTool: Tool = {
  name: 'adopt',
  title: 'Take changes of the gateway into the files',
  description:
    'Writes what somebody changed on the gateway into the desired-state files, as the smallest edit. Without `write` and `branch` it only shows the diff. A value that changed on both sides needs `keep`: theirs (the gateway) or ours (the files). New secrets become references.',
  input: Type.Object(
    {
      paths: Type.Optional(
        Type.Array(Type.String({ maxLength: 1000 }), {
          maxItems: 200,
          description: 'As `drift` shows them. Default: everything.',
        }),
      ),
      keep: Type.Optional(Type.Enum(['theirs', 'ours'])),
      write: Type.Optional(Type.Boolean({ description: 'Default: false, which only shows the diff.' })),
      branch: BRANCH,
      target: TARGET,
    },
    { additionalProperties: false },
  ),
  output: outputOf(EDITED),
  readOnly: false,
  async run(args, call) {
    const { paths, keep, write, branch } = args;
    const asked: Editing = {
      flags: typeof keep === 'string' ? ['--keep', keep] : [],
      words: Array.isArray(paths) ? paths.map(String) : [],
    };
    const isWriting = write === true || typeof branch === 'string';
    const edited = isWriting
      ? await edit('adopt', asked, args, call)
      : {
          done: await call.host.run(
            ['adopt', ...asked.flags, ...targetFlag(args), '--', ...(asked.words ?? [])],
            call,
          ),
        };
    if (!('done' in edited)) return edited;
    const { document } = edited.done;
    const result = {
      diff: textOf(document['diff']),
      written: document['written'] === true,
      ...pick(document, 'branch', 'commit', 'adopted', 'left'),
    };
    return { result: resultOf(edited.done, result, [EXIT.ok]) };
  },
};

export const FILE_TOOLS: readonly Tool[] = [proposeTool, adoptTool];
