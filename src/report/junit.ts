// JUnit XML: one suite per target, one case for each difference, guard finding and problem; problems are failures.
import { formerOf } from '../domain/plan/change.ts';
import { exitOf } from '../domain/outcome/outcome.ts';
import { memoryText } from '../domain/plan/memory.ts';
import type { Plan } from '../domain/plan/plan.ts';
import { outcomeSentence } from './text/outcome.ts';
import { problemsOf, type Report } from './report.ts';
import { placeText, withRemedy } from './text/problem.ts';
import { shownText } from './text/value.ts';

interface Case {
  readonly suite: string;
  readonly name: string;
  readonly failure?: string;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML 1.0 text: entities, and no character that XML can't contain. */
function xml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '�')
    .replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

/** Passes: an unknown last apply alone isn't a failure. `policy.memory` can make it one. */
function memoryCase({ memory, target }: Plan): Case[] {
  const text = memoryText(memory);
  return text === undefined ? [] : [{ suite: target, name: text }];
}

function planCases(plan: Plan): Case[] {
  const differences = plan.changes.map((change) => ({
    suite: plan.target,
    name: `${change.kind} ${change.path}`,
    failure: `${shownText(formerOf(change))} → ${shownText(change.after)}${change.position ? ` (${placeText(change.position)})` : ''}`,
  }));
  const verdicts = plan.verdicts.map((verdict) => ({
    suite: plan.target,
    name: `guard ${verdict.guard}${verdict.path ? ` ${verdict.path}` : ''}`,
    ...(verdict.allowed ? {} : { failure: withRemedy(verdict) }),
  }));
  const found = [...differences, ...verdicts];
  return [...memoryCase(plan), ...(found.length === 0 ? [{ suite: plan.target, name: 'in sync' }] : found)];
}

function casesOf(report: Report): Case[] {
  return [
    ...report.plans.flatMap(planCases),
    ...report.outcomes.flatMap(({ plan }) => (plan ? memoryCase(plan) : [])),
    ...report.outcomes.map((outcome) => ({
      suite: outcome.target,
      name: report.command,
      ...(exitOf(outcome) === 0 ? {} : { failure: outcomeSentence(outcome) }),
    })),
    ...problemsOf(report).map((problem) => ({
      suite: problem.target ?? report.command,
      name: [problem.code, placeText(problem.position), problem.path ?? ''].filter(Boolean).join(' '),
      ...(problem.severity === 'error' ? { failure: withRemedy(problem) } : {}),
    })),
  ];
}

export function reportJunit(report: Report): string {
  const suites = Map.groupBy(casesOf(report), (test) => test.suite);
  const body = [...suites].map(([suite, cases]) => {
    const failures = cases.filter((test) => test.failure !== undefined).length;
    const lines = cases.map(({ name, failure }) =>
      failure === undefined
        ? `    <testcase classname="${xml(suite)}" name="${xml(name)}"/>`
        : `    <testcase classname="${xml(suite)}" name="${xml(name)}"><failure message="${xml(failure)}"/></testcase>`,
    );
    return [
      `  <testsuite name="${xml(suite)}" tests="${cases.length}" failures="${failures}">`,
      ...lines,
      '  </testsuite>',
    ].join('\n');
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="holdfast ${xml(report.command)}">`,
    ...body,
    '</testsuites>',
    '',
  ].join('\n');
}
