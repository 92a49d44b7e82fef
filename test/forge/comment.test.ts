// Comments, statuses and reports on each forge, as its published API has them.
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FORGE_KINDS, type ForgeKind } from '../../src/domain/forge.ts';
import { HoldfastError } from '../../src/domain/problem/problem.ts';
import { approvedIn, digestIn, fitted, markOf, putComment } from '../../src/forge/comment.ts';
import { driftMark, putReport } from '../../src/forge/drift-report.ts';
import { type Forge, openForge } from '../../src/forge/forge.ts';
import { fakeForge, type FakeForge, TOKEN } from '../support/fake-forge/fake-forge.ts';

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

async function setup(kind: ForgeKind, token = TOKEN): Promise<{ fake: FakeForge; forge: Forge }> {
  const fake = await fakeForge(kind);
  const forge = openForge({ kind, api: fake.api, repository: fake.repository, token, pauseMs: 1 });
  opened.push(fake, forge);
  return { fake, forge };
}

const HOME = { target: 'home' };
const DIGEST = { keyId: 'abcd0123', value: 'f'.repeat(64) };

async function failure(work: Promise<unknown>): Promise<{ code: string; message: string; remedy: string }> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HoldfastError);
  const [problem] = (error as HoldfastError).problems;
  return problem!;
}

describe.each(FORGE_KINDS)('on %s', (kind) => {
  test('a comment is posted once for each target, and edited from then on', async () => {
    const { fake, forge } = await setup(kind);
    const eu = { target: 'eu' };
    await putComment(forge, 3, { subject: HOME, body: `${markOf(HOME, DIGEST)}\none\n` });
    await putComment(forge, 3, { subject: eu, body: `${markOf(eu)}\neu\n` });
    await putComment(forge, 3, { subject: HOME, body: `${markOf(HOME)}\ntwo\n` });
    expect(fake.comments.map(({ body }) => body)).toEqual([`${markOf(HOME)}\ntwo\n`, `${markOf(eu)}\neu\n`]);
    expect(fake.comments.every(({ on }) => on === 3)).toBe(true);
    expect(fake.violations).toEqual([]);
  });

  test("an equal comment isn't edited", async () => {
    const { fake, forge } = await setup(kind);
    for (const _ of [1, 2]) await putComment(forge, 3, { subject: HOME, body: `${markOf(HOME)}\none\n` });
    expect(fake.calls.map(({ id }) => id)).toEqual(['list-comments', 'create-comment', 'list-comments']);
  });

  test('a comment on a later page is found', async () => {
    const { fake, forge } = await setup(kind);
    fake.pageSize = 2;
    for (const id of [1, 2, 3, 4]) fake.comments.push({ id, on: 3, body: `by a person ${id}` });
    await putComment(forge, 3, { subject: HOME, body: `${markOf(HOME)}\none\n` });
    await putComment(forge, 3, { subject: HOME, body: `${markOf(HOME)}\ntwo\n` });
    expect(fake.comments.filter(({ body }) => body.includes('holdfast:plan'))).toHaveLength(1);
    expect(fake.violations).toEqual([]);
  });

  test('a comment that is deleted meanwhile is posted again', async () => {
    const { fake, forge } = await setup(kind);
    await putComment(forge, 3, { subject: HOME, body: `${markOf(HOME)}\none\n` });
    fake.answerWith('update-comment', [{ status: 404 }]);
    await putComment(forge, 3, { subject: HOME, body: `${markOf(HOME)}\ntwo\n` });
    expect(fake.comments.map(({ body }) => body)).toEqual([
      `${markOf(HOME)}\none\n`,
      `${markOf(HOME)}\ntwo\n`,
    ]);
  });

  test('a token without rights is a problem that names the rights', async () => {
    const { fake, forge } = await setup(kind);
    fake.answerWith('create-comment', [
      { status: 403, body: '{"message":"Resource not accessible by integration"}' },
    ]);
    const { code, message, remedy } = await failure(putComment(forge, 3, { subject: HOME, body: 'x' }));
    expect(code).toBe('HF8003');
    expect(message).toContain('403');
    expect(message).toContain('Resource not accessible by integration');
    expect(remedy).toMatch(/pull-requests: write|scope/);
  });

  test('a wrong token is reported, and never shown', async () => {
    const { forge } = await setup(kind, 'ghs-wrong-token-0002');
    const { code, message } = await failure(forge.comments(3));
    expect(code).toBe('HF8003');
    expect(message).not.toContain('ghs-wrong-token-0002');
  });

  test('a busy forge is retried, a new comment is never sent twice', async () => {
    const { fake, forge } = await setup(kind);
    fake.answerWith('list-comments', [{ status: 502 }, { status: 503 }]);
    fake.answerWith('create-comment', [{ status: 502 }]);
    const { code } = await failure(putComment(forge, 3, { subject: HOME, body: 'x' }));
    expect(code).toBe('HF8007');
    expect(fake.calls.map(({ id }) => id)).toEqual([
      ...Array<string>(3).fill('list-comments'),
      'create-comment',
    ]);
  });

  test('a response of another form is reported', async () => {
    const { fake, forge } = await setup(kind);
    fake.answerWith('list-comments', [{ status: 200, body: '[{"id":"one"}]' }]);
    expect((await failure(forge.comments(3))).code).toBe('HF8005');
    fake.answerWith('list-comments', [{ status: 200, body: '<html>' }]);
    expect((await failure(forge.comments(3))).code).toBe('HF8005');
  });

  test('reports what is missing and a forge that does not respond as different problems', async () => {
    const { fake, forge } = await setup(kind);
    const more = { kind, token: TOKEN, pauseMs: 1 };
    const elsewhere = openForge({ ...more, api: fake.api, repository: 'nobody/nothing' });
    const nowhere = openForge({ ...more, api: 'http://127.0.0.1:9', repository: fake.repository });
    opened.push(elsewhere, nowhere);
    expect((await failure(elsewhere.comments(3))).code).toBe('HF8004');
    expect((await failure(elsewhere.check())).code).toBe('HF8004');
    expect((await failure(nowhere.comments(3))).code).toBe('HF8006');
    await forge.check();
  });

  test('a status is set, cut to what fits, and may be set again', async () => {
    const { fake, forge } = await setup(kind);
    const status = {
      context: 'holdfast/plan/home',
      description: 'ä'.repeat(500),
      link: 'https://ci.example/1',
    };
    for (const state of ['pending', 'pending', 'failure'] as const)
      await forge.setStatus('c0ffee', { ...status, state });
    const failed = kind === 'gitlab' ? 'failed' : 'failure';
    expect(fake.statuses.at(-1)).toMatchObject({ commit: 'c0ffee', state: failed, link: status.link });
    expect(fake.violations).toEqual([]);
  });

  test('one report is opened, edited, and closed with a final comment', async () => {
    const { fake, forge } = await setup(kind);
    fake.pageSize = 1;
    fake.issues.push({ number: 5, title: 'Of a person', body: 'holdfast:drift', state: 'open' });
    const report = { subject: HOME, title: 'Holdfast: home differs', over: 'In sync again.' };
    for (const body of ['one', 'two'])
      await putReport(forge, { ...report, body: `${driftMark(HOME)}\n${body}` });
    expect(fake.issues).toHaveLength(2);
    expect(fake.issues[1]).toMatchObject({ body: `${driftMark(HOME)}\ntwo`, state: 'open' });
    await putReport(forge, { ...report, body: undefined });
    await putReport(forge, { ...report, body: undefined });
    expect(fake.issues.map(({ state }) => state)).toEqual(['open', 'closed']);
    expect(fake.comments.map(({ body }) => body)).toEqual(['In sync again.']);
    expect(fake.violations).toEqual([]);
  });

  test('an approved plan is found by the commit that its pull request brought', async () => {
    const { fake, forge } = await setup(kind);
    fake.pulls.push({ number: 3, commits: ['abc'], isMerged: true });
    await putComment(forge, 3, { subject: HOME, body: `${markOf(HOME, DIGEST)}\nplan\n` });
    expect(await forge.mergedAt('abc')).toEqual([3]);
    expect(await forge.mergedAt('def')).toEqual([]);
    const comments = await forge.comments(3);
    expect(approvedIn(comments, HOME)).toEqual(DIGEST);
    expect(approvedIn(comments, { target: 'hom' })).toBeUndefined();
    expect(fake.violations).toEqual([]);
  });
});

describe('the mark of a comment', () => {
  test('has target, settings and digest, and is found only at the beginning', () => {
    const mark = markOf({ target: 'home', settings: 'eu/holdfast.yaml' }, DIGEST);
    expect(mark).toBe(
      `<!-- holdfast:plan target="home" settings="eu%2Fholdfast.yaml" digest="abcd0123:${DIGEST.value}" -->`,
    );
    expect(digestIn(`${mark}\ntext`)).toEqual(DIGEST);
    const base = 'b'.repeat(40);
    expect(digestIn(`${markOf(HOME, { ...DIGEST, base })}\ntext`)).toEqual({ ...DIGEST, base });
    expect(digestIn(`text\n${mark}`)).toBeUndefined();
    expect(digestIn(`${markOf(HOME)}\n${mark}`)).toBeUndefined();
  });
});

describe('a comment that is too long', () => {
  const rest = 'The rest is elsewhere.';

  test('ends between two lines, with its details closed', () => {
    const text = `mark\n<details>\n${'a line of text\n'.repeat(100)}</details>\n`;
    const { text: cut, isCut } = fitted(text, 400, rest);
    expect(isCut).toBe(true);
    expect(cut.length).toBeLessThanOrEqual(400);
    expect(cut).toMatch(/a line of text\n\n<\/details>\n\nThe rest is elsewhere\.\n$/);
  });

  test('always fits, keeps its beginning, and is unchanged if it fits', () => {
    const text = fc.string({ unit: 'binary', maxLength: 2000 });
    fc.assert(
      fc.property(text, fc.integer({ min: 100, max: 1500 }), (whole, longest) => {
        const { text: cut, isCut } = fitted(whole, longest, rest);
        expect(cut.length).toBeLessThanOrEqual(longest);
        expect(isCut).toBe(whole.length > longest);
        if (!isCut) expect(cut).toBe(whole);
        else expect(cut.isWellFormed() || !whole.isWellFormed()).toBe(true);
      }),
    );
  });
});
