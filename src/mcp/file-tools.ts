// Tools that edit the desired-state files: a proposed change, and what the gateway changed. The gateway stays as it is.
import { Type } from 'typebox';
import { EXIT } from '../domain/problem/exit.ts';
import { outputOf } from './result.ts';
import { planOf } from './plan-tools.ts';
import { resultOf, TARGET, targetFlag } from './read-tools.ts';
import type { Arguments, Tool } from './types.ts';

const BRANCH = Type.Optional(
  Type.String({
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
    plans: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }))),
  },
  { additionalProperties: true },
);

const where = ({ branch }: Arguments): string[] =>
  typeof branch === 'string' ? ['--commit', `--branch=${branch}`] : ['--write'];

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const proposeTool: Tool = {
  name: 'propose_change',
  title: 'Propose a change in the files',
  description:
    'Edits the desired-state files by path and value, keeps comments and order, and returns the diff and the plan. A secret must be a reference such as ${env:NAME}; a person stores its value. The gateway changes only with `apply_plan`.',
  input: Type.Object(
    {
      edits: Type.Array(
        Type.Object(
          {
            path: Type.String({
              description: 'For example routing.strategy or openai-compatibility[kimi].priority.',
            }),
            value: Type.Optional(Type.Unknown({ description: 'The new value, as JSON.' })),
            unset: Type.Optional(Type.Boolean({ description: 'Remove the path instead.' })),
          },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 200 },
      ),
      branch: BRANCH,
      target: TARGET,
    },
    { additionalProperties: false },
  ),
  output: outputOf(EDITED),
  readOnly: false,
  async run(args, call) {
    const argv = ['set', '--edits', '-', ...where(args), ...targetFlag(args)];
    const done = await call.host.run(argv, { ...call, stdin: JSON.stringify(args['edits']) });
    const { diff, written, branch } = done.document;
    const edited = {
      diff: textOf(diff),
      written: written === true,
      ...(typeof branch === 'string' && { branch }),
    };
    const isPlanned = done.exit === EXIT.ok && typeof args['branch'] !== 'string';
    if (!isPlanned) return { result: resultOf(done, edited, [EXIT.ok]) };
    const { result } = await planOf(args, call);
    return { result: { ...result, result: { ...edited, ...result.result } } };
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
        Type.Array(Type.String(), {
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
    const isWriting = write === true || typeof branch === 'string';
    const argv = [
      'adopt',
      ...(isWriting ? where(args) : []),
      ...(typeof keep === 'string' ? ['--keep', keep] : []),
      ...targetFlag(args),
      '--',
      ...(Array.isArray(paths) ? paths.map(String) : []),
    ];
    const done = await call.host.run(argv, call);
    const { diff, written, adopted, left, branch: made } = done.document;
    const result = {
      diff: textOf(diff),
      written: written === true,
      ...(typeof made === 'string' && { branch: made }),
      ...(adopted !== undefined && { adopted }),
      ...(left !== undefined && { left }),
    };
    return { result: resultOf(done, result, [EXIT.ok]) };
  },
};

export const FILE_TOOLS: readonly Tool[] = [proposeTool, adoptTool];
