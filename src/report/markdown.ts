// A report as a comment on a pull request.
import { attributionText } from '../domain/plan/attribution.ts';
import { type Change, formerOf } from '../domain/plan/change.ts';
import { type Memory, memoryText, UNLESS_FIRST, WAYS_TO_REMEMBER } from '../domain/plan/memory.ts';
import { isRefused, type Plan } from '../domain/plan/plan.ts';
import { sentence } from '../lib/text.ts';
import { commitText } from './text/commit.ts';
import { outcomeSentence } from './text/outcome.ts';
import { planSummary } from './text/plan.ts';
import { placeText, withRemedy } from './text/problem.ts';
import { asNow, groupText } from './text/routes.ts';
import { problemsOf, type Report } from './report.ts';
import { shownText } from './text/value.ts';

const LONGEST_VALUE = 200;

/** Text as inline code that no value can break out of. */
function code(text: string): string {
  const fence = '`'.repeat(1 + Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length)));
  const padded = text.startsWith('`') || text.endsWith('`') ? ` ${text} ` : text;
  return `${fence}${padded.replaceAll(/[\r\n]+/g, ' ').replaceAll('|', '\\|')}${fence}`;
}

/** Text in which nothing is markup, and nobody and no issue is mentioned. */
function prose(text: string): string {
  return text
    .replaceAll(/@(?=\w)|#(?=\d)/g, '$&\u2060')
    .replaceAll(/[\\<>|*_[\]]/g, (sign) => `\\${sign}`)
    .replaceAll(/[\r\n]+/g, ' ');
}

function row(change: Change): string {
  const former = formerOf(change);
  const before = former === undefined ? '' : code(shownText(former, LONGEST_VALUE));
  const after = change.after === undefined ? '' : code(shownText(change.after, LONGEST_VALUE));
  const about = attributionText(change);
  const remarks = [
    ...(change.origin === 'drift' || change.origin === 'both' ? [change.origin] : []),
    ...(about === undefined ? [] : [prose(about)]),
    ...(change.disposition === 'apply' ? [] : ['not changed']),
    ...(change.restart ? ['needs a restart'] : []),
    ...change.consequences.map(
      (consequence) => `${consequence.severity === 'danger' ? '**!** ' : ''}${prose(consequence.text)}`,
    ),
    ...(change.position ? [code(placeText(change.position))] : []),
  ];
  return `| ${change.kind} | ${code(change.path)} | ${before} | ${after} | ${remarks.join('<br>')} |`;
}

function memoryMarkdown(memory: Memory): string[] {
  const text = memoryText(memory);
  if (text === undefined) return [];
  if (memory.source !== 'none') return [prose(sentence(text)), ''];
  const ways = WAYS_TO_REMEMBER.map((way) => `> - ${way}`);
  return ['> [!WARNING]', `> **${prose(sentence(text))}**`, '>', `> ${UNLESS_FIRST}`, '>', ...ways, ''];
}

function planMarkdown(plan: Plan): string {
  const changes =
    plan.changes.length === 0
      ? []
      : ['| | path | before | after | |', '|---|---|---|---|---|', ...plan.changes.map(row), ''];
  const writes = plan.writes.map(
    (write, i) => `${i + 1}. ${code(`${write.method} ${write.path}`)}: ${prose(write.reason)}`,
  );
  const guards = plan.verdicts.map((verdict) => {
    const state = verdict.allowed ? 'allowed' : '**refused**';
    const override = verdict.allowed || !verdict.override ? '' : ` Override: ${code(verdict.override)}`;
    return `- ${state} ${code(verdict.guard)}${verdict.path ? ` ${code(verdict.path)}` : ''}: ${prose(verdict.allowed ? verdict.message : withRemedy(verdict))}${override}`;
  });
  return [
    `### ${isRefused(plan) ? '⛔' : plan.changes.length > 0 ? '📝' : '✅'} ${prose(plan.target)}: ${prose(planSummary(plan))}`,
    '',
    ...memoryMarkdown(plan.memory),
    ...(plan.revision.commit ? [prose(commitText(plan.revision.commit)), ''] : []),
    ...changes,
    ...(writes.length > 0
      ? ['<details><summary>Requests</summary>', '', ...writes, '', '</details>', '']
      : []),
    ...(guards.length > 0 ? ['**Guards**', '', ...guards, ''] : []),
    ...(plan.released.length > 0
      ? [`Released, still in effect: ${plan.released.map(code).join(', ')}`, '']
      : []),
    ...(plan.ignored.length > 0 ? [`Ignored by policy: ${plan.ignored.map(code).join(', ')}`, ''] : []),
    `<sub>digest ${code(plan.digest.value)} · key ${code(plan.digest.keyId)} · gateway ${prose(plan.gateway.build.version)} · revision ${code(plan.revision.digest.slice(0, 12))}</sub>`,
  ].join('\n');
}

function rehearsalsMarkdown({ rehearsals = [] }: Report): string[] {
  return rehearsals.flatMap(({ target, summary, diff }) => {
    const longest = Math.max(
      0,
      ...diff.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)),
    );
    const fence = '`'.repeat(Math.max(3, longest + 1));
    return [
      '',
      `**Rehearsal** of ${prose(target)}: ${prose(summary)}`,
      '',
      ...(diff.length === 0 ? [] : [`${fence}diff`, ...diff, fence, '']),
    ];
  });
}

function routesMarkdown({ routes = [] }: Report): string[] {
  return routes.flatMap(({ target, changes, accountsUnder }) => [
    '',
    `**Routes** of ${prose(target)}: ${changes.length === 0 ? 'no model is served by other credentials' : ''}`,
    '',
    ...changes.map(
      ({ model, before, after }) =>
        `- ${code(model)}: ${prose(groupText(before))} → ${prose(groupText(after))}`,
    ),
    ...asNow(accountsUnder).flatMap((line) => ['', prose(line)]),
  ]);
}

export function reportMarkdown(report: Report): string {
  const outcomes = report.outcomes.map(
    (outcome) => `- **${prose(outcome.target)}**: ${prose(outcomeSentence(outcome))}`,
  );
  const problems = problemsOf(report).map((problem) => {
    const place = placeText(problem.position);
    return `- ${problem.severity} ${code(problem.code)}${place ? ` ${code(place)}` : ''}: ${prose(withRemedy(problem))}`;
  });
  const plans = [
    ...report.plans,
    ...report.outcomes.flatMap((outcome) => (outcome.plan ? [outcome.plan] : [])),
  ];
  return [
    `## Holdfast ${report.command}`,
    '',
    ...(report.statement === undefined ? [] : [`✅ ${prose(report.statement)}`]),
    ...outcomes,
    ...(outcomes.length > 0 ? [''] : []),
    ...plans.map(planMarkdown),
    ...routesMarkdown(report),
    ...rehearsalsMarkdown(report),
    ...(problems.length > 0 ? ['', '**Problems**', '', ...problems] : []),
  ]
    .join('\n')
    .concat('\n');
}
