// Tools about changes: what would change, who changed what, and an apply of exactly one approved plan.
import { Type } from 'typebox';
import { isRefused, type Plan } from '../domain/plan/plan.ts';
import { EXIT } from '../domain/problem/exit.ts';
import { fail, type Problem, problem } from '../domain/problem/problem.ts';
import { approval } from './approval.ts';
import { oneLine } from '../lib/terminal-safe.ts';
import { outputOf } from './result.ts';
import { PAGE, resultOf, TARGET, targetFlag } from './read-tools.ts';
import type { Arguments, Call, CommandResult, KeptPlan, Tool, ToolResult } from './types.ts';

const ALLOW = Type.Optional(
  Type.Array(Type.String(), {
    maxItems: 20,
    description:
      'Guards to override, as `guard` or `guard:path`. Only those that the settings list under `mcp.allow`; others are refused.',
  }),
);

const PLANS = Type.Object({
  plans: Type.Array(
    Type.Object(
      {
        target: Type.String(),
        digest: Type.String({ description: 'Names exactly these changes; `apply_plan` takes it.' }),
        inSync: Type.Boolean(),
        refused: Type.Boolean({ description: 'A guard refuses an apply of this plan.' }),
        changes: Type.Array(Type.Object({}, { additionalProperties: true })),
        guards: Type.Array(Type.Object({}, { additionalProperties: true })),
        notes: Type.Array(Type.Object({}, { additionalProperties: true })),
      },
      { additionalProperties: true },
    ),
  ),
});

const plansIn = (document: CommandResult['document']): readonly Plan[] =>
  (document['plans'] as readonly Plan[] | undefined) ?? []; // `holdfast.plan/1` by its writer

function shownPlan(plan: Plan): Readonly<Record<string, unknown>> {
  const { target, mode, digest, changes, writes, verdicts, notes, released } = plan;
  return {
    target,
    mode,
    digest: digest.value,
    inSync: changes.length === 0,
    refused: isRefused(plan),
    changes,
    requests: writes.length,
    guards: verdicts,
    notes,
    released,
  };
}

/** Throws HF1030 for a guard that agents may not override. */
function allowFlags({ allow }: Arguments, { host }: Call): readonly string[] {
  const asked = Array.isArray(allow) ? allow.map(String) : [];
  const refused = asked.filter((one) => !host.policy.allow.includes(one));
  if (refused.length > 0)
    throw fail('HF1030', `agents can't override ${refused.map((one) => `\`${one}\``).join(', ')}`);
  return asked;
}

const allowArgv = (allow: readonly string[]): string[] => allow.flatMap((one) => ['--allow', one]);

/** Keeps the plans, so that `apply_plan` finds them. */
export async function planOf(
  args: Arguments,
  call: Call,
  name: 'plan' | 'drift' = 'plan',
): Promise<{ readonly result: ToolResult }> {
  const allow = allowFlags(args, call);
  const done = await call.host.run([name, ...targetFlag(args), ...allowArgv(allow)], call);
  const plans = plansIn(done.document);
  if (name === 'plan') for (const plan of plans) call.plans.keep({ plan, allow });
  return { result: resultOf(done, { plans: plans.map(shownPlan) }) };
}

const planTool = (name: 'plan' | 'drift', title: string, description: string): Tool => ({
  name,
  title,
  description,
  input: Type.Object(
    { target: TARGET, ...(name === 'plan' && { allow: ALLOW }), ...PAGE },
    { additionalProperties: false },
  ),
  output: outputOf(PLANS),
  readOnly: true,
  paged: 'changes',
  run: (args, call) => planOf(args, call, name),
});

const applyTool: Tool = {
  name: 'apply_plan',
  title: 'Apply an approved plan',
  description:
    'Applies exactly the plan with this digest, which `plan` returned before. A person is asked first, unless the settings allow it. Creates a backup, verifies the result, and rolls back what failed. If anything changed since the plan, it writes nothing.',
  input: Type.Object(
    {
      digest: Type.String({ description: 'Of the plan, in full.' }),
      target: TARGET,
      allow: Type.Optional(
        Type.Array(Type.String(), {
          maxItems: 20,
          description: 'As for `plan`, where the plan was made by another process.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  output: outputOf(Type.Object({ outcomes: Type.Array(Type.Object({}, { additionalProperties: true })) })),
  readOnly: false,
  destructive: true,
  async run(args, call) {
    const kept = await keptPlan(args, call);
    // An apply of nothing only verifies.
    const isEmpty = kept.plan.changes.length + kept.plan.writes.length === 0;
    const unanswered = isEmpty ? undefined : approval(kept.plan.digest.value, questionAbout(kept), call);
    if (unanswered) return unanswered;
    const done = await call.host.apply(kept, call);
    const result = resultOf(done, { outcomes: done.document['outcomes'] ?? [] }, [EXIT.ok]);
    if (done.exit !== EXIT.refused) return { result };
    return { result: { ...result, problems: [...result.problems, ...refusals(kept)] } };
  },
};

/** What the guards found, each with the code that explains it. */
const refusals = ({ plan: { target, verdicts } }: KeptPlan): readonly Problem[] =>
  verdicts
    .filter(({ allowed }) => !allowed)
    .map(({ guard, message, remedy, path }) =>
      problem('HF1034', `${guard}: ${message}`, { remedy, target, ...(path !== undefined && { path }) }),
    );

/** One that this process made, or the one of now if it is the same. Throws HF1030 and HF1032. */
async function keptPlan(args: Arguments, call: Call): Promise<KeptPlan> {
  const { target } = args;
  const digest = String(args['digest']);
  allowFlags(args, call);
  if (!call.plans.find(digest)) await planOf(args, call);
  const kept = call.plans.find(digest);
  if (!kept) throw fail('HF1032', 'no plan of now has this digest');
  if (typeof target === 'string' && target !== kept.plan.target)
    throw fail('HF1032', `this plan is for ${kept.plan.target}, not for ${target}`);
  return kept;
}

/** A person sees what changes, not what the agent says of it. */
function questionAbout({ plan }: KeptPlan): string {
  const { target, digest, changes, verdicts } = plan;
  const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
  const findings =
    verdicts.length > 0 ? `, although guards found ${counted(verdicts.length, 'problem')}` : '';
  const shown = changes.slice(0, MOST_NAMED).map(({ kind, path }) => oneLine(`${kind} ${path}`));
  const more = changes.length > shown.length ? `, and ${changes.length - shown.length} more` : '';
  const what = shown.length > 0 ? ` (${shown.join(', ')}${more})` : '';
  return `Apply ${counted(changes.length, 'change')} to ${target}${findings}?${what} Plan ${digest.value.slice(0, 12)}`;
}

/** Changes that a question names. */
const MOST_NAMED = 10;

const rollbackTool: Tool = {
  name: 'rollback',
  title: 'Restore a backup',
  description:
    'Restores a backup of the gateway, the newest one by default. Shows what would change unless `apply` is true; then a person is asked first, unless the settings allow it.',
  input: Type.Object(
    {
      target: TARGET,
      backup: Type.Optional(
        Type.String({ description: 'An ID from `list_backups`. Default: the one of the last apply.' }),
      ),
      apply: Type.Optional(Type.Boolean({ description: 'Default: false, which writes nothing.' })),
    },
    { additionalProperties: false },
  ),
  output: outputOf(Type.Object({ outcomes: Type.Array(Type.Object({}, { additionalProperties: true })) })),
  readOnly: false,
  destructive: true,
  async run(args, call) {
    const { target, backup, apply } = args;
    const named = typeof backup === 'string';
    const of = typeof target === 'string' ? ` of ${target}` : '';
    const question = oneLine(`Restore ${named ? `backup ${backup}` : 'the newest backup'}${of}?`);
    const unanswered = apply === true ? approval(`restore ${question}`, question, call) : undefined;
    if (unanswered) return unanswered;
    const done = await call.host.restore(
      {
        ...(typeof target === 'string' && { target }),
        ...(named && { backup }),
        dryRun: apply !== true,
      },
      call,
    );
    return {
      result: resultOf(done, { outcomes: done.document['outcomes'] ?? [] }, [EXIT.ok, EXIT.differences]),
    };
  },
};

export const PLAN_TOOLS: readonly Tool[] = [
  planTool(
    'plan',
    'Show what an apply would change',
    'Compares the desired-state files with the gateway. Returns the changes with their origin (git: the files changed, drift: somebody changed the gateway), what the guards say, and the digest for `apply_plan`. Writes nothing.',
  ),
  planTool(
    'drift',
    'Show drift',
    'Compares the memory, file and behavior of the gateway with the last apply: what somebody changed since. Writes nothing.',
  ),
  applyTool,
  rollbackTool,
];
