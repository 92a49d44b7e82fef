// Tools about changes: what would change, who changed what, and an apply of exactly one approved plan.
import { Type } from 'typebox';
import { isRefused, type Plan } from '../domain/plan/plan.ts';
import { EXIT } from '../domain/problem/exit.ts';
import { fail } from '../domain/problem/problem.ts';
import { outputOf } from './result.ts';
import { PAGE, resultOf, TARGET, targetFlag } from './read-tools.ts';
import type { Answer, Arguments, Call, CommandResult, KeptPlan, Tool, ToolResult } from './types.ts';

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
  input: Type.Object({ digest: Type.String() }, { additionalProperties: false }),
  output: outputOf(Type.Object({ outcomes: Type.Array(Type.Object({}, { additionalProperties: true })) })),
  readOnly: false,
  destructive: true,
  async run({ digest }, call) {
    const kept = call.plans.find(String(digest));
    if (!kept) throw fail('HF1032', 'this server made no plan with this digest');
    const unanswered = approval(kept.plan.digest.value, questionAbout(kept), call);
    if (unanswered) return unanswered;
    const done = await call.host.withPlanFile(kept.plan, (file) =>
      call.host.run(['apply', file, '--yes', ...allowArgv(kept.allow)], call),
    );
    return { result: resultOf(done, { outcomes: done.document['outcomes'] ?? [] }, [EXIT.ok]) };
  },
};

function questionAbout({ plan }: KeptPlan): string {
  const { target, digest, changes, verdicts } = plan;
  const count = `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`;
  const findings = verdicts.length > 0 ? `, although guards found ${verdicts.length} things` : '';
  return `Apply ${count} to ${target}${findings}? Plan ${digest.value.slice(0, 12)}`;
}

/** The question that a person has to answer first; undefined where nothing is in the way. Throws HF1031 otherwise. */
function approval(id: string, question: string, { host, answerOf }: Call): Answer | undefined {
  if (host.policy.apply === 'allowed') return undefined;
  if (host.policy.apply === 'never') throw fail('HF1031', "the settings don't let agents write");
  const answer = answerOf(id);
  if (answer === 'declined') throw fail('HF1031', 'the person declined');
  return answer === 'accepted' ? undefined : { ask: question, id };
}

const rollbackTool: Tool = {
  name: 'rollback',
  title: 'Restore a backup',
  description:
    'Restores a backup of the gateway, the newest one by default. Shows what would change unless `apply` is true; then a person is asked first, unless the settings allow it.',
  input: Type.Object(
    {
      target: TARGET,
      backup: Type.Optional(Type.String({ description: 'An ID from `list_backups`. Default: the newest.' })),
      apply: Type.Optional(Type.Boolean({ description: 'Default: false, which writes nothing.' })),
    },
    { additionalProperties: false },
  ),
  output: outputOf(Type.Object({ outcomes: Type.Array(Type.Object({}, { additionalProperties: true })) })),
  readOnly: false,
  destructive: true,
  async run(args, call) {
    const { backup, apply } = args;
    const named = typeof backup === 'string';
    const question = `Restore ${named ? `backup ${backup}` : 'the newest backup'}?`;
    const unanswered = apply === true ? approval(`restore ${backup}`, question, call) : undefined;
    if (unanswered) return unanswered;
    const flags = [...targetFlag(args), apply === true ? '--yes' : '--dry-run'];
    // Behind `--`, so that no ID is taken for a flag.
    const which = named ? ['--', backup] : ['--latest'];
    const done = await call.host.run(['restore', ...flags, ...which], call);
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
