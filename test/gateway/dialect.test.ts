import { describe, expect, test } from '@jest/globals';
import { V7, V8, V8_FLAT } from '../../src/gateway/dialect.ts';

const FLAT = 'port: 8317\nplugins:\n  configs:\n    demo:\n      limit: 5\n';
const TREE =
  'server:\n    port: 8317\nplugins:\n    configs:\n        demo:\n            limit: 5\nconfig-version: 8\n';

describe('what a request leaves', () => {
  test.each([
    [V7, FLAT],
    [V8, TREE],
    [V8_FLAT, FLAT],
  ])('spells numbers of plugin settings as they were sent, $name', (dialect, file) => {
    const path = '/v0/management/plugins/demo/config';
    const left = dialect.afterRequest(file, { method: 'PATCH', path, body: '{"limit": 1.50}' });
    if (left === undefined || left === 'unchanged') throw new Error(`the request leaves ${left}`);
    expect(left.document.text).toMatch(/^ +limit: 1\.50$/m);
  });
});
