// Where a forge shows a commit, from the address that the daemon fetches from.
import { expect, test } from '@jest/globals';
import { commitLink } from '../../src/web/client/data/commit-link.ts';

test.each([
  ['https://github.com/acme/gateways.git', 'https://github.com/acme/gateways/commit/abc'],
  ['https://github.com/acme/gateways/', 'https://github.com/acme/gateways/commit/abc'],
  ['git@github.com:acme/gateways.git', 'https://github.com/acme/gateways/commit/abc'],
  ['ssh://git@git.example:2222/acme/gateways.git', 'https://git.example/acme/gateways/commit/abc'],
  ['https://gitlab.com/acme/infra/gateways.git', 'https://gitlab.com/acme/infra/gateways/-/commit/abc'],
  ['git@gitlab.example.com:acme/gateways.git', 'https://gitlab.example.com/acme/gateways/-/commit/abc'],
  ['https://bitbucket.org/acme/gateways', 'https://bitbucket.org/acme/gateways/commits/abc'],
  ['http://forgejo.lan:3000/acme/gateways.git', 'http://forgejo.lan:3000/acme/gateways/commit/abc'],
  ['https://git:sk-test-0001@git.example/acme/gateways.git', 'https://git.example/acme/gateways/commit/abc'],
  ['/srv/git/gateways.git', undefined],
  ['file:///srv/git/gateways.git', undefined],
  ['../gateways', undefined],
])('of %s is %s', (source, link) => {
  expect(commitLink(source, 'abc')).toBe(link);
});
