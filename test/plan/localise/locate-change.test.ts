// Which line of the files a refusal of the gateway is about.
import { expect, test } from '@jest/globals';
import { locateChange } from '../../../src/plan/localise/locate-change.ts';

const changesAt = (...paths: string[]): Parameters<typeof locateChange>[1] =>
  paths.map((path, i) => ({ path, position: { file: 'main.yaml', line: i + 1, column: 3 } }));

const [first, second, third] = [' (main.yaml:1:3)', ' (main.yaml:2:3)', ' (main.yaml:3:3)'];

test.each<[name: string, message: string, paths: string[], place: string]>([
  [
    'the change whose names the message has, not the one with more names',
    'invalid proxy-url',
    ['payload.default.protocol.models', 'proxy-url'],
    second,
  ],
  [
    'the change with the most names in it',
    'retry.request-retry is negative',
    ['routing.strategy', 'routing.retry.max', 'routing.retry.request-retry'],
    third,
  ],
  ['a v8 path by its flat spelling', 'codex-api-key: no key', ['api-keys.claude', 'api-keys.codex'], second],
  [
    'never by the name of an entry',
    'openrouter: bad base-url',
    ['openai-compatibility[openrouter].priority', 'proxy.base-url'],
    second,
  ],
  ['never by a name of two letters', 'the update failed', ['up', 'update'], second],
  [
    'all changes, if the message names none',
    'bad request',
    ['debug', 'ws-auth'],
    ' (main.yaml:1:3, main.yaml:2:3)',
  ],
  ['nothing, if it could be any of many', 'bad request', ['aaa', 'bbb', 'ccc', 'ddd'], ''],
  [
    'three places at most',
    'bad request',
    ['aaa', 'bbb', 'ccc'],
    ' (main.yaml:1:3, main.yaml:2:3, main.yaml:3:3)',
  ],
  ['the only change', 'bad request', ['debug'], first],
])('a refusal is located at %s', (_, message, paths, place) => {
  expect(locateChange(message, changesAt(...paths))).toBe(place);
});

test('a change without a line has no place', () => {
  expect(locateChange('invalid debug', [{ path: 'debug' }])).toBe('');
});
