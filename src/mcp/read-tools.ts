// Tools that only look: each one is a command of the command line, whose JSON becomes the result.
import { type TObject, Type } from 'typebox';
import { parsePath } from '../domain/path.ts';
import { EXIT } from '../domain/problem/exit.ts';
import { listOf, treeOf, valueAt, type Value } from '../lib/value.ts';
import { DEFAULT_LIMIT } from './bounds.ts';
import { outputOf } from './result.ts';
import type { Arguments, CommandResult, Tool, ToolResult } from './types.ts';

export const TARGET = Type.Optional(
  Type.String({ description: 'Name of a target in the settings. Needed where there are several.' }),
);

export const PAGE = {
  offset: Type.Optional(Type.Integer({ minimum: 0, description: 'First item of the long list to show.' })),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 200, description: `Items to show. Default: ${DEFAULT_LIMIT}.` }),
  ),
};

export const targetFlag = ({ target }: Arguments): string[] =>
  typeof target === 'string' ? ['--target', target] : [];

/** Exit codes that mean "looked, and this is what there is": in sync, differences, refused by a guard. */
const ANSWERED: readonly number[] = [EXIT.ok, EXIT.differences, EXIT.refused];

export function resultOf(
  { exit, document }: CommandResult,
  result: Readonly<Record<string, unknown>>,
  answered: readonly number[] | undefined = ANSWERED,
): ToolResult {
  return { ok: answered.includes(exit), exit, result, problems: problemsIn(document) };
}

/** Those of the command, and those of what it did. */
function problemsIn({ problems, outcomes }: CommandResult['document']): readonly unknown[] {
  const own = listOf(problems as Value); // plain JSON
  const theirs = listOf(outcomes as Value).flatMap((outcome) => listOf(treeOf(outcome)['problems']));
  return [...own, ...theirs];
}

interface Look {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: TObject;
  readonly result: TObject;
  readonly paged?: string;
  /** Exit codes that are an answer; without it, those of a look. */
  readonly answered?: readonly number[];
  readonly argv: (args: Arguments) => readonly string[];
  readonly pick: (document: CommandResult['document'], args: Arguments) => Readonly<Record<string, unknown>>;
}

const lookTool = ({ result, argv, pick, answered, ...rest }: Look): Tool => ({
  ...rest,
  output: outputOf(result),
  readOnly: true,
  async run(args, { host, signal, onStep }) {
    const done = await host.run(argv(args), { signal, onStep });
    return { result: resultOf(done, pick(done.document, args), answered) };
  },
});

const anyObject = Type.Object({}, { additionalProperties: true });
const listOfAny = Type.Array(anyObject);

const targets = (document: CommandResult['document']): Readonly<Record<string, unknown>> => ({
  targets: document['targets'] ?? [],
});

export const READ_TOOLS: readonly Tool[] = [
  lookTool({
    name: 'doctor',
    title: 'Check the gateway',
    description:
      'Checks that the gateway runs, that the management key is correct, that the configuration can be read and changed, and finds common problems. Call it first, and when something fails. It tries to log in at most once.',
    input: Type.Object({ target: TARGET }, { additionalProperties: false }),
    result: Type.Object({ targets: listOfAny }),
    // That a gateway can't be reached is what it was asked.
    answered: [...ANSWERED, EXIT.unreachable],
    argv: (args) => ['doctor', ...targetFlag(args)],
    pick: targets,
  }),
  lookTool({
    name: 'status',
    title: 'Show the state of the targets',
    description: 'Shows for each target its mode, revision, sync state, last outcome and suspended writes.',
    input: Type.Object({ target: TARGET }, { additionalProperties: false }),
    result: Type.Object({ targets: listOfAny }),
    argv: (args) => ['status', ...targetFlag(args)],
    pick: targets,
  }),
  lookTool({
    name: 'get_config',
    title: 'Show the live configuration',
    description:
      "Reads the gateway's configuration in memory. Secrets are masked. Give a `path` to read one part, for example `routing` or `openai-compatibility[0].models`.",
    input: Type.Object(
      {
        target: TARGET,
        path: Type.Optional(Type.String({ description: 'A key, with list items by their index.' })),
        ...PAGE,
      },
      { additionalProperties: false },
    ),
    result: Type.Object({ path: Type.String(), value: Type.Unknown() }),
    paged: 'value',
    argv: (args) => ['api', 'get', 'config', ...targetFlag(args)],
    pick: ({ body }, { path }) => {
      const text = typeof path === 'string' ? path : '';
      const steps = text === '' ? [] : parsePath(text).map(({ name }) => name ?? '');
      return { path: text, value: valueAt(body as Value, steps) ?? null };
    },
  }),
  lookTool({
    name: 'explain',
    title: 'Explain a key, an error code, a guard or a status',
    description:
      'Says what a configuration key means, how it is written, and what the gateway does to its value. Explains error codes (HF3007), guards (mass-delete) and statuses of a target (stale-memory) too.',
    input: Type.Object(
      {
        what: Type.String({
          description: 'A path such as openai-compatibility, a code, a guard, or a status.',
        }),
        layout: Type.Optional(Type.Enum(['legacy', 'v8'])),
      },
      { additionalProperties: false },
    ),
    result: anyObject,
    argv: ({ what, layout }) => [
      'explain',
      ...(typeof layout === 'string' ? ['--layout', layout] : []),
      '--',
      String(what),
    ],
    pick: ({ format: _format, command: _command, exit: _exit, problems: _problems, ...rest }) => rest,
  }),
  lookTool({
    name: 'explain_route',
    title: 'Explain who serves a model',
    description:
      'Says which credentials serve a model, in which order, and why others do not (alias, prefix, excluded models, priority, weight, disabled or unavailable accounts). With `plan`: after an apply of the files; accounts then offer the models that they offer now.',
    input: Type.Object(
      {
        model: Type.String({ description: 'The name that a client asks for.' }),
        plan: Type.Optional(Type.Boolean()),
        target: TARGET,
        ...PAGE,
      },
      { additionalProperties: false },
    ),
    result: Type.Object({ routes: listOfAny }),
    paged: 'credentials',
    argv: ({ model, plan, target }) => [
      'explain',
      'route',
      ...(plan === true ? ['--plan'] : []),
      ...targetFlag({ target }),
      '--',
      String(model),
    ],
    pick: ({ routes }) => ({ routes: routes ?? [] }),
  }),
  lookTool({
    name: 'usage',
    title: 'Show usage',
    description: 'Counts requests and failures by credential since the gateway started.',
    input: Type.Object({ target: TARGET, ...PAGE }, { additionalProperties: false }),
    result: Type.Object({ targets: listOfAny }),
    paged: 'credentials',
    argv: (args) => ['usage', ...targetFlag(args)],
    pick: targets,
  }),
  lookTool({
    name: 'history',
    title: 'Show the history',
    description: 'Lists applies and restores with their outcome, newest first.',
    input: Type.Object({ target: TARGET, ...PAGE }, { additionalProperties: false }),
    result: Type.Object({ entries: listOfAny }),
    paged: 'entries',
    argv: (args) => ['history', ...targetFlag(args)],
    pick: ({ entries }) => ({ entries: entries ?? [] }),
  }),
  lookTool({
    name: 'list_backups',
    title: 'List backups',
    description: 'Lists the backups that Holdfast created before it wrote, newest first.',
    input: Type.Object({ target: TARGET, ...PAGE }, { additionalProperties: false }),
    result: Type.Object({ backups: listOfAny }),
    paged: 'backups',
    argv: (args) => ['backup', 'list', ...targetFlag(args)],
    pick: ({ backups }) => ({ backups: backups ?? [] }),
  }),
];
