import { afterEach, expect, test } from '@jest/globals';
import { readDeep } from '../../../src/apply/run/read.ts';
import { withRun } from '../../../src/apply/run/with-run.ts';
import { sendWrite } from '../../../src/apply/steps/write.ts';
import type { PreparedWrite } from '../../../src/domain/plan/write.ts';
import { fail } from '../../../src/domain/problem/problem.ts';
import { seal } from '../../../src/domain/secret.ts';
import { beforeRequests } from '../contention.ts';
import { setup, teardown } from '../setup.ts';

afterEach(teardown);

const UNEDITABLE: PreparedWrite = {
  write: {
    id: 'w1',
    method: 'PUT',
    path: '/v0/management/config.yaml',
    makes: [],
    footprint: { paths: [], defaults: [], secretHash: false },
    reason: 'for the test',
  },
  body: () => {
    throw fail('HF4010', 'line 3: an anchor');
  },
  contentType: 'application/yaml',
  prediction: { memory: seal({}), file: seal({}) },
};

test('a file that can no longer be edited is an answer, and nothing leaves', async () => {
  const fixture = await setup();
  const methods: string[] = [];
  const more = beforeRequests(fixture, async (_nth, { method }) => void methods.push(method));
  const sent = await withRun({ ...fixture.context, ...more }, { purpose: 'the test' }, async (under) => {
    const { run, live } = await readDeep(under, { keepFlat: false });
    return sendWrite(run, UNEDITABLE, live.file.text);
  });
  expect(sent).toMatchObject({ kind: 'unsent', reason: 'line 3: an anchor' });
  expect(methods).not.toContain('PUT');
});
