import { describe, expect, test } from '@jest/globals';
import { problem } from '../../src/domain/problem/problem.ts';
import { problemsText } from '../../src/report/text/problem.ts';
import { render } from '../../src/report/render.ts';
import { COLOURED, PLAIN } from '../../src/report/text/style.ts';
import { oneLine, terminalSafe, terminalSafeIn, terminalSafeText } from '../../src/lib/terminal-safe.ts';
import { aChange, aPlan } from '../support/build-plan.ts';

const ESC = '\u001B';

describe('a text from somewhere else', () => {
  test.each([
    ['an escape sequence', `${ESC}[2J`, '\\u001b[2J'],
    ['a sequence of one character', '\u009B31m', '\\u009b31m'],
    ['a link', `${ESC}]8;;http://a${ESC}\\`, '\\u001b]8;;http://a\\u001b\\'],
    ['a bell and a carriage return', 'a\u0007\rb', 'a\\u0007\\u000db'],
    ['a turn of direction', 'a\u202Eb\u2066c', 'a\\u202eb\\u2066c'],
    ['a zero byte', '\u0000', '\\u0000'],
  ])('shows %s instead of obeying it', (_, given, shown) => {
    expect(terminalSafe(given)).toBe(shown);
  });

  test('keeps letters of every script, joined emoji, newlines and tabs', () => {
    const text = 'ключ 日本語 👩‍👩‍👧 עברית\n\tx';
    expect(terminalSafe(text)).toBe(text);
  });

  test("can't start a new line", () => {
    expect(oneLine('500 x\n✓ all is well')).toBe('500 x ✓ all is well');
  });

  test('is made visible everywhere, in names too', () => {
    const hostile = JSON.parse(
      `{"__proto__": "${ESC.replace(ESC, '\\u001b')}x", "a": {"b": ["\\u0007"]}}`,
    ) as object;
    const shown = terminalSafeIn(hostile);
    expect(Object.keys(shown)).toEqual(['__proto__', 'a']);
    expect(JSON.stringify(shown)).toBe('{"__proto__":"\\\\u001bx","a":{"b":["\\\\u0007"]}}');
  });
});

describe('a page', () => {
  test('keeps the colours that are ours and no other sequence', () => {
    const page = `${COLOURED.good(`fine ${COLOURED.bad('not')}`)} ${COLOURED.bold('x')} ${ESC}[8mhidden ${ESC}[31m`;
    expect(terminalSafeText(page)).toBe(
      `${ESC}[32mfine ${ESC}[31mnot${ESC}[39m${ESC}[39m ${ESC}[1mx${ESC}[22m \\u001b[8mhidden \\u001b[31m`,
    );
  });

  test('of JSON means the same afterwards', () => {
    const json = JSON.stringify({ a: '\u009B\u202E\u2028\u007F' });
    expect(JSON.parse(terminalSafeText(json))).toEqual(JSON.parse(json));
    expect(terminalSafeText(json)).not.toContain('\u009B');
  });

  test.each(['text', 'markdown', 'github', 'junit'] as const)(
    'as %s takes no colour from a name',
    (format) => {
      const plan = aPlan({ changes: [aChange({ path: `a${ESC}[31mb`, after: `x\u009B` })] });
      const page = render(
        { command: 'plan', exit: 0, plans: [plan], outcomes: [], problems: [] },
        format,
        PLAIN,
      );
      expect(page).not.toContain(ESC);
      expect(page).not.toContain('\u009B');
    },
  );

  test('of problems gives each its lines and no more', () => {
    const hostile = problem('HF3026', 'the gateway said\n\nerror HF0000 forged', {
      position: { file: 'a\nb.yaml', line: 1, column: 1 },
    });
    expect(problemsText([hostile], PLAIN).trimEnd().split('\n')).toHaveLength(5);
  });

  test('of very many problems shows the first hundred and counts the rest', () => {
    const many = Array.from({ length: 5000 }, (_, i) =>
      problem('HF2030', `\`bad${i}\` ${'x'.repeat(i === 0 ? 1e6 : 1)}`),
    );
    const text = problemsText(many, PLAIN);
    expect(text).toContain('… and 4900 more');
    expect(text).toContain('5000 errors');
    expect(text.length).toBeLessThan(100_000);
  });
});
