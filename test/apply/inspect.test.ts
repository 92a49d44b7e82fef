// What a target manages, read from gateways of both generations.
import { afterEach, expect, test } from '@jest/globals';
import { inspect } from '../../src/apply/inspect.ts';
import { GATEWAY_FILE, GATEWAY_FILE_V8, setup, teardown } from './setup.ts';

afterEach(teardown);

test.each([
  ['v7', GATEWAY_FILE, 'request-retry'],
  ['v8', GATEWAY_FILE_V8, 'routing'],
] as const)('of a %s gateway: sections, models and accounts, without secrets', async (api, file, section) => {
  const fixture = await setup({ file, api });
  const found = await inspect(fixture.context);
  expect(found.models).toEqual(['kimi']);
  expect(found.accounts).toEqual([]);
  expect(found.sections.find(({ path }) => path === section)).toMatchObject({ declared: expect.anything() });
  expect(JSON.stringify(found)).not.toContain('sk-test');
});
