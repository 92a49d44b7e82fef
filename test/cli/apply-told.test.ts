// What `apply` says on a terminal, and that it says each thing once.
import { expect, test } from '@jest/globals';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { openTerminal } from './terminal.ts';

const DESIRED = `request-retry: 3\napi-keys:\n  - \${env:LAPTOP}\n  - \${env:LAPTOP}\n`;

test('a warning is shown with the plan before the question, and not again after the apply', async () => {
  await using at = await openTerminal({ 'desired-state/gateway.yaml': DESIRED });
  let before = '';
  let said = '';
  const say = (text: string): void => void (said += text);
  const ran = await at.runWith(
    {
      out: say,
      err: say,
      stdoutIsTerminal: true,
      stderrIsTerminal: true,
      stdinIsTerminal: true,
      ask: async () => {
        before = said;
        return 'y';
      },
    },
    'apply',
  );
  expect(ran.exit).toBe(EXIT.ok);
  expect(before).toContain('HF2058');
  expect(said.slice(before.length)).toContain('applied and verified');
  expect(said.slice(before.length)).not.toContain('HF2058');
  expect(said.split('HF2058')).toHaveLength(2);
});
