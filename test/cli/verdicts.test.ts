// What a command reports about its own result is true: for checks, dry runs, drift, and targets that don't respond.
import { expect, test } from '@jest/globals';
import { KEY, openTerminal, SECRETS } from './terminal.ts';

const PERSON = { stdinIsTerminal: true, stdoutIsTerminal: true };

interface Status {
  readonly targets: readonly { readonly lastOutcome?: { readonly kind: string } }[];
}

test("a failed check isn't an outcome of the target; files that can't be read are one", async () => {
  await using terminal = await openTerminal();
  const last = async (): Promise<string | undefined> => {
    const { out } = await terminal.run('status', '--offline', '--output', 'json');
    return (JSON.parse(out) as Status).targets[0]?.lastOutcome?.kind;
  };
  expect((await terminal.run('apply')).exit).toBe(0);
  const restored = await terminal.run('restore', 'nosuch', '--yes');
  expect(restored.exit).toBe(3);
  expect(restored.err).toMatch(/HF5040.*nosuch/);
  expect(restored.out + restored.err).not.toContain('desired state');
  expect(await last()).toBe('applied');
  await terminal.write('desired-state/wrong.yaml', 'debug: "yes"\n');
  const applied = await terminal.run('apply');
  expect(applied.exit).toBe(3);
  expect(applied.out).toContain('the desired state is invalid, nothing written');
  expect(await last()).toBe('invalid');
});

test('restore --dry-run reports how much it would change, and changes nothing', async () => {
  await using terminal = await openTerminal();
  await terminal.run('apply');
  const before = await terminal.read('gateway/config.yaml');
  const ran = await terminal.run('restore', '--latest', '--dry-run');
  expect(ran.exit).toBe(2);
  expect(ran.out).toContain('dry run: would make 1 change\n');
  expect(ran.out).not.toContain('drifted');
  expect(await terminal.read('gateway/config.yaml')).toBe(before);
});

test('restore --dry-run of a file that only reads otherwise changes no value', async () => {
  await using terminal = await openTerminal();
  await terminal.run('backup', 'create');
  const text = await terminal.read('gateway/config.yaml');
  await terminal.write('gateway/config.yaml', text.replace('# by hand', '# by somebody'));
  const ran = await terminal.run('restore', '--latest', '--dry-run');
  expect(ran.exit).toBe(2);
  expect(ran.out).toContain('dry run: would change no value');
});

test('apply on a terminal shows drift that it leaves alone, without a question', async () => {
  await using terminal = await openTerminal();
  await terminal.run('apply');
  await fetch(`${terminal.sandbox.url}/v0/management/request-retry`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${KEY}` },
    body: '{"value":9}',
  });
  const asked: string[] = [];
  const ask = async (question: string): Promise<string> => (asked.push(question), 'n');
  const ran = await terminal.runWith({ ...PERSON, ask }, '--no-color', 'apply');
  expect(ran.exit).toBe(2);
  expect(ran.out).toContain('declared 3, the gateway has 9');
  expect(asked).toEqual([]);
});

test("usage shows the targets that respond, and the problem of the one that doesn't", async () => {
  await using terminal = await openTerminal();
  const target = (name: string, url: string): string =>
    `  - { name: ${name}, url: "${url}", key: "\${env:GATEWAY_KEY}" }\n`;
  await terminal.write(
    'holdfast.yaml',
    `version: 1\ntargets:\n${target('dead', 'http://127.0.0.1:9')}${target('home', terminal.sandbox.url)}`,
  );
  const io = { env: { ...SECRETS, GATEWAY_KEY: KEY } };
  const text = await terminal.runWith(io, 'usage');
  expect(text.exit).toBe(5);
  expect(text.out).toMatch(/^home\n/);
  expect(text.err).toContain('dead');
  const json = await terminal.runWith(io, 'usage', '--output', 'json');
  expect(json.exit).toBe(5);
  expect(JSON.parse(json.out)).toMatchObject({
    exit: 5,
    targets: [{ target: 'home' }],
    problems: [{ target: 'dead' }],
  });
  const alone = await terminal.runWith(io, 'usage', '--target', 'dead');
  expect([alone.exit, alone.out]).toEqual([5, '']);
});
