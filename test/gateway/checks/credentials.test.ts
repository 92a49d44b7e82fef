// Accounts of a gateway that shows them page by page.
import { describe, expect, test } from '@jest/globals';
import type { Answer, Client, Request } from '../../../src/gateway/client/client.ts';
import { credentialsOf } from '../../../src/gateway/checks/credentials.ts';
import { seal } from '../../../src/domain/secret.ts';

const account = (name: string) => ({ name, provider: 'claude', status: 'active' });

/** A client that responds with the given pages, and the requests it got. */
function paging(pageOf: (page: number, size: string | undefined) => object): {
  readonly client: Client;
  readonly asked: (string | undefined)[];
} {
  const asked: (string | undefined)[] = [];
  const send = async ({ query }: Request): Promise<Answer> => {
    asked.push(query && `${query['page']}/${query['page_size']}`);
    const shown = pageOf(Number(query?.['page'] ?? 1), query?.['page_size']);
    return { status: 200, headers: {}, body: seal(JSON.stringify(shown)), ms: 1 };
  };
  const client: Client = {
    target: 'home',
    send,
    preferKey: () => undefined,
    counts: () => ({}),
    close: async () => undefined,
  };
  return { client, asked };
}

describe('accounts', () => {
  test('are read in one request if the gateway does not page', async () => {
    const { client, asked } = paging(() => ({ files: [account('a'), account('a')] }));
    expect((await credentialsOf(client)).map(({ name }) => name)).toEqual(['a', 'a']);
    expect(asked).toEqual([undefined]);
  });

  test('are read page by page where it does, one that moved up in the meantime once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const { client, asked } = paging((page) => {
      const from = page === 2 ? 1 : (page - 1) * 2;
      const files = names.slice(from, page * 2).map(account);
      return { files, total: 5, page, page_size: 2, has_more: page < 3 };
    });
    expect((await credentialsOf(client)).map(({ name }) => name)).toEqual(names);
    expect(asked).toEqual([undefined, '2/2', '3/2']);
  });

  test('that repeat themselves or never end are an error, not a part of them', async () => {
    const same = paging(() => ({ files: [account('a')], has_more: true, page_size: 1 }));
    await expect(credentialsOf(same.client)).rejects.toThrow('HF3018');
    expect(same.asked).toHaveLength(2);
    const endless = paging((page) => ({ files: [account(`a${page}`)], has_more: true, page_size: 1 }));
    await expect(credentialsOf(endless.client)).rejects.toThrow('HF3016');
    expect(endless.asked).toHaveLength(1000);
  });
});
