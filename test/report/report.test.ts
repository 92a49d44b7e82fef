import { describe, expect, test } from '@jest/globals';
import { problem } from '../../src/domain/problem/problem.ts';
import { render } from '../../src/report/render.ts';
import type { OutputFormat, Report } from '../../src/report/report.ts';
import { shownText } from '../../src/report/text/value.ts';
import { COLOURED, PLAIN, styleFor } from '../../src/report/text/style.ts';
import {
  aChange,
  aPlan,
  applied,
  aVerdict,
  aWrite,
  anOutcome,
  rollbackFailed,
} from '../support/build-plan.ts';

const REVIEW = aPlan({
  changes: [
    aChange(),
    aChange({
      id: 'c2',
      kind: 'add',
      path: 'openai-compatibility[openrouter].models[kimi]',
      before: undefined as never,
      after: { name: 'moonshotai/kimi-k2', alias: 'kimi' },
    }),
    aChange({
      id: 'c3',
      kind: 'remove',
      path: 'api-keys[#9f8e7d6c]',
      before: { $secret: '9f8e7d6c' },
      after: undefined as never,
      origin: 'drift',
      attribution: 'panel-toggle',
      disposition: 'report',
      consequences: [
        { severity: 'danger', text: 'removes the last client key, which opens the gateway to everyone' },
      ],
    }),
    aChange({ id: 'c4', kind: 'move', path: 'codex-api-key[#1a2b3c4d]', before: 2, after: 0 }),
    aChange({ id: 'c5', path: 'port', before: 8317, after: 8318, restart: true }),
  ],
  writes: [aWrite()],
  verdicts: [aVerdict(), aVerdict({ guard: 'takeover', allowed: true })],
  released: ['debug'],
  ignored: ['logging-to-file'],
  notes: [problem('HF9001', 'a note', { severity: 'warning' })],
});

const report = (parts: Partial<Report> = {}): Report => ({
  command: 'plan',
  exit: 0,
  plans: [],
  outcomes: [],
  problems: [],
  ...parts,
});

describe('a plan as text', () => {
  const text = render(report({ plans: [REVIEW] }), 'text', PLAIN);

  test('reads as a reviewer wants it', () => {
    expect(text).toMatchSnapshot();
  });

  test('colours change nothing but the colours', () => {
    const escapes = new RegExp(`${String.fromCodePoint(27)}\\[[0-9;]*m`, 'g');
    const coloured = render(report({ plans: [REVIEW] }), 'text', COLOURED);
    expect(coloured).not.toBe(text);
    expect(coloured.replaceAll(escapes, '')).toBe(text);
  });

  test('an empty plan reports that the gateway is in sync', () => {
    expect(render(report({ plans: [aPlan()] }), 'text', PLAIN)).toContain('In sync');
  });
});

describe.each<OutputFormat>(['json', 'markdown', 'github', 'junit'])('a plan as %s', (format) => {
  test('reports the same', () => {
    expect(render(report({ plans: [REVIEW] }), format, PLAIN)).toMatchSnapshot();
  });
});

describe('hostile names', () => {
  const path = 'models["`</details>|<b>%0A::error::\u0000"]';
  const hostile = report({
    plans: [aPlan({ changes: [aChange({ path, before: '`x|y`', after: ']]>&' })] })],
  });

  test('do not break out of Markdown', () => {
    const line = render(hostile, 'markdown', PLAIN)
      .split('\n')
      .find((row) => row.startsWith('| update'));
    expect(line).toContain('``models["`</details>\\|<b>');
    expect(line?.match(/(?<!\\)\|/g)).toHaveLength(6);
  });

  test('mention nobody, and no issue', () => {
    const commit = { sha: 'a'.repeat(40), dirty: false, subject: 'Thank @team for #12' };
    const text = render(report({ plans: [aPlan({ revision: { digest: 'd', commit } })] }), 'markdown', PLAIN);
    expect(text).toContain('Thank @\u2060team for #\u206012');
  });

  test('do not start a workflow command of their own', () => {
    const lines = render(hostile, 'github', PLAIN).trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('::'))).toHaveLength(1);
    expect(lines[0]).toContain('%250A%3A%3Aerror');
  });

  test('stay text in XML', () => {
    const xml = render(hostile, 'junit', PLAIN);
    expect(xml).toContain('&lt;/details&gt;');
    expect(xml).toContain(']]&gt;&amp;');
    expect(xml).not.toContain('\u0000');
  });
});

describe('an outcome as text', () => {
  test('shows the evidence and the cost', () => {
    const text = render(
      report({ command: 'apply', outcomes: [applied({ notServedYet: ['kimi'], restartNeeded: ['port'] })] }),
      'text',
      PLAIN,
    );
    expect(text).toMatchSnapshot();
  });

  test('says a reason once, as the error that has a remedy', () => {
    const dropped = problem('HF5012', "the gateway didn't store request-retry", { target: 'home' });
    const gone = problem('HF3001', 'nothing listens at http://127.0.0.1:8317', { target: 'home' });
    const back = {
      kind: 'rolled-back',
      backup: '20261123T180142Z-1a2b3c4d',
      evidence: [],
      fidelity: 'exact',
      reason: dropped.message,
    } as const;
    const outcomes = [
      anOutcome({ ...back, problems: [dropped] }),
      anOutcome({ kind: 'unreachable', problems: [gone] }),
    ];
    const text = render(report({ command: 'apply', outcomes }), 'text', PLAIN);
    expect(text).toContain('home  rolled back (exact)\n');
    expect(text.split(dropped.message)).toHaveLength(2);
    expect(text).toContain('home  no access to the gateway\n  error HF3001 nothing listens at http');
    expect(render(report({ command: 'apply', outcomes }), 'markdown', PLAIN)).toContain(
      'no access to the gateway: nothing listens at',
    );
  });

  test('a refusal names the guards, without the plan', () => {
    const outcomes = [anOutcome({ kind: 'refused', plan: REVIEW })];
    const text = render(report({ command: 'apply', outcomes }), 'text', PLAIN);
    expect(text).toContain('home  refused by mass-delete, nothing written\n');
  });

  test('a failed rollback prints what a person does by hand', () => {
    const text = render(report({ command: 'apply', exit: 7, outcomes: [rollbackFailed()] }), 'text', PLAIN);
    expect(text).toContain('ROLLBACK FAILED');
    expect(text).toContain('1. Copy the backup over config.yaml.');
  });
});

describe('values on one line', () => {
  test.each([
    ['round-robin', 'round-robin'],
    ['yes', '"yes"'],
    ['', '""'],
    ['a: b', '"a: b"'],
    [['a', 1, null, true], '[a, 1, null, true]'],
    [{}, '{}'],
    [{ 'x y': { $secret: '1a2b3c4d' } }, '{ x y: •••1a2b3c4d }'],
  ])('%j is shown as %s', (value, text) => {
    expect(shownText(value)).toBe(text);
  });

  test('a long one shows how much was omitted', () => {
    expect(shownText('x'.repeat(100), 20)).toBe(`${'x'.repeat(19)}… (81 more characters)`);
  });
});

describe('colours', () => {
  test.each([
    [true, {}, true, COLOURED],
    [false, {}, true, PLAIN],
    [true, { NO_COLOR: '1' }, true, PLAIN],
    [true, {}, false, PLAIN],
    [false, { FORCE_COLOR: '1' }, true, COLOURED],
    [true, { TERM: 'dumb' }, true, PLAIN],
  ])('terminal %j, environment %j, --color %j', (isTTY, env, colour, style) => {
    expect(styleFor({ isTTY }, env, colour)).toBe(style);
  });
});
