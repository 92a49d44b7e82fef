import { expect, test } from '@jest/globals';
import { EXIT } from '../../../src/domain/problem/exit.ts';
import { KEY, openTerminal } from '../terminal.ts';

const GATEWAY = `port: 8317
debug: false
request-retry: 3
max-retry-interval: 30
remote-management:
  secret-key: ${KEY}
`;
const FILES = {
  'desired-state/gateway.yaml': 'debug: false # quiet\nrequest-retry: 3\nmax-retry-interval: 30\n',
};

test('each difference is adopted, put back or skipped', async () => {
  await using terminal = await openTerminal(FILES, GATEWAY);
  expect((await terminal.run('apply', '--yes')).exit).toBe(EXIT.ok);
  for (const [path, value] of [
    ['debug', true],
    ['request-retry', 7],
    ['max-retry-interval', 60],
  ] as const)
    await fetch(`${terminal.sandbox.url}/v0/management/${path}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ value }),
    });
  const answers = ['theirs', 'what?', 'o', '', 'y', 'y'];
  const questions: string[] = [];
  const io = {
    stdinIsTerminal: true,
    stdoutIsTerminal: true,
    ask: async (question: string) => (questions.push(question), answers.shift() ?? ''),
  };
  const ran = await terminal.runWith(io, 'drift', '--interactive', '--no-color');
  expect(ran.exit).toBe(EXIT.ok);
  expect(ran.out).toContain(
    '1 of 3\n  ≠ debug  declared false, the gateway has true  (changed on the gateway)',
  );
  expect(ran.out).toContain('+debug: true # quiet');
  expect(questions.filter((question) => question.includes('[t]heirs'))).toHaveLength(4);
  expect(answers).toEqual([]);
  expect(await terminal.read('desired-state/gateway.yaml')).toBe(
    'debug: true # quiet\nrequest-retry: 3\nmax-retry-interval: 30\n',
  );
  const gateway = await terminal.read('gateway/config.yaml');
  expect(
    [/debug: true/, /request-retry: 3/, /max-retry-interval: 60/].map((line) => line.test(gateway)),
  ).toEqual([true, true, true]);
});

test('without a terminal it is refused', async () => {
  await using terminal = await openTerminal(FILES, GATEWAY);
  const { exit, err } = await terminal.run('drift', '--interactive');
  expect([exit, err]).toEqual([EXIT.usage, expect.stringContaining('--interactive needs a terminal')]);
});
