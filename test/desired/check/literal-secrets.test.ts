// Secrets in plain text: found beside references, inside of texts with references, and nowhere else.
import { expect, test } from '@jest/globals';
import { formatPath } from '../../../src/domain/path.ts';
import { literalSecrets } from '../../../src/desired/check/literal-secrets.ts';
import { catalog, loadText } from '../setup.ts';

const ENV = { KEY: 'sk-test-0001', HOST: 'proxy.example' };

const found = async (text: string): Promise<readonly string[]> => {
  const { desired } = await loadText(text, { env: ENV });
  if (!desired) throw new Error('the files have errors');
  return literalSecrets(desired, catalog).map(({ path }) => formatPath(path));
};

test.each<[text: string, paths: readonly string[]]>([
  ['api-keys: [sk-test-0009]\n', ['api-keys[0]']],
  ['api-keys: ["${env:KEY}", sk-test-0009]\n', ['api-keys[1]']],
  ['api-keys: ["${env:KEY}"]\nrequest-retry: 2\n', []],
  ['proxy-url: "http://user:secret@${env:HOST}"\napi-keys: ["${env:KEY}"]\n', ['proxy-url']],
  ['proxy-url: "http://user:secret@${env:HOST}"\napi-keys: [sk-test-0009]\n', ['api-keys[0]', 'proxy-url']],
  ['proxy-url: "http://${env:HOST}"\napi-keys: ["${env:KEY}"]\n', []],
])('%j', async (text, paths) => {
  expect([...(await found(text))].toSorted()).toEqual(paths);
});
