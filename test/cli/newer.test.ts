// Gateways that are newer than anything this Holdfast has seen.
import { describe, expect, test } from '@jest/globals';
import { newestSupportedBefore } from '../../src/gateway/observe/supported-versions.ts';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { openTerminal } from './terminal.ts';

const at = (version: string) => ({
  version,
  commit: 'abc1234',
  buildDate: '2027-01-01',
  supportsPlugins: true,
});
const files = { 'desired-state/gateway.yaml': 'request-retry: 3\n' };
const times = (text: string): number => text.split('the newest version that this Holdfast knows').length - 1;

describe('a gateway that is newer than the newest known version', () => {
  test('is distinguished from known ones and from builds without a release', () => {
    expect(
      ['v7.2.140', 'v7.1.0', 'v8.0.23', 'v8.0.21', 'v8.0.4', 'dev', ''].map(newestSupportedBefore),
    ).toEqual(Array.from({ length: 7 }, () => undefined));
    expect(['v7.2.141', 'v7.10.0', 'v8.0.24', 'v9.1.0'].map(newestSupportedBefore)).toEqual([
      'v7.2.140',
      'v7.2.140',
      'v8.0.23',
      'v8.0.23',
    ]);
  });

  test.each([
    ['v7', 'v7.3.0'],
    ['v8', 'v8.4.0'],
  ] as const)('works on %s, with one note in plan and doctor', async (api, version) => {
    await using terminal = await openTerminal(files, undefined, { api, build: at(version) });
    const planned = await terminal.run('plan', '--allow', 'migrate-file');
    expect([planned.exit, times(planned.out + planned.err)]).toEqual([EXIT.ok, 1]);
    const doctor = await terminal.run('doctor');
    expect([doctor.exit, times(doctor.out)]).toEqual([EXIT.ok, 1]);
    const applied = await terminal.run('apply', '--allow', 'migrate-file');
    expect([applied.exit, times(applied.out + applied.err)]).toEqual([EXIT.ok, 1]);
  });

  test('is rehearsed by validate with the same note', async () => {
    await using terminal = await openTerminal(files);
    const rehearsed = await terminal.run('validate', '--gateway-version', '8.9.0');
    expect([rehearsed.exit, times(rehearsed.out + rehearsed.err)]).toEqual([EXIT.ok, 1]);
  });
});
