import { expect, test } from '@jest/globals';
import { checksText, type ShownCheck } from '../../../src/report/text/checks.ts';
import { PLAIN } from '../../../src/report/text/style.ts';

const check = (title: string, status: ShownCheck['status'], detail: string): ShownCheck => ({
  title,
  status,
  detail,
});

test('checks that were skipped for one reason are one line', () => {
  const checks = [
    check('Management?', 'skip', 'not read'),
    check('Key?', 'fail', 'no key'),
    check('Probe key?', 'skip', 'not set'),
    check('Version?', 'skip', 'not read'),
  ];
  expect(checksText('home', checks, PLAIN)).toBe(
    'home\n  ✗ Key?  no key\n  – Probe key?  not set\n  – 2 more checks were skipped  not read\n\n1 thing to fix.\n',
  );
});

test('the end says what was skipped, and calls that no success', () => {
  const found = check('Key?', 'ok', 'yes');
  expect(checksText('home', [found], PLAIN)).toMatch(/\nNo problems found\.\n$/);
  const skipped = check('Writable?', 'skip', 'unproven');
  expect(checksText('home', [found, skipped], PLAIN)).toMatch(
    /\nNo problems found\. 1 check was skipped \(–\)\.\n$/,
  );
});
