// What the tests use of `@jest/globals`, without Jest's registry of modules: Jest loads every module again for each test
// file, which takes longer than most of the tests. `expect` is Jest's own.
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { expect as Expect } from '@jest/globals';

type Body = (...values: readonly unknown[]) => unknown;
type When = 'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll';

interface Test {
  readonly name: string;
  readonly body: () => unknown;
}

interface Block {
  readonly name: string;
  readonly up: Block | undefined;
  readonly steps: (Test | Block)[];
  readonly hooks: Readonly<Record<When, (() => unknown)[]>>;
}

interface Snapshots {
  readonly SnapshotState: new (file: string, options: object) => object;
  readonly toMatchSnapshot: Body;
}

const inJest = createRequire(createRequire(import.meta.url).resolve('@jest/globals'));
const inExpect = createRequire(inJest.resolve('@jest/expect'));
// The types of packages that `jest` brings along and that this one doesn't depend on.
const jestExpect = (
  inJest('@jest/expect') as { jestExpect: typeof Expect & { setState(state: object): void } }
).jestExpect;
const snapshots = inExpect('jest-snapshot') as Snapshots;
jestExpect.extend({ toMatchSnapshot: snapshots.toMatchSnapshot as never }); // Its type is that of a matcher with a context.

export const expect: typeof Expect = jestExpect;

const block = (name: string, up?: Block): Block => ({
  name,
  up,
  steps: [],
  hooks: { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] },
});

let here = block('');

function addTest(name: string, body: () => unknown): void {
  here.steps.push({ name, body });
}

function addBlock(name: string, body: () => unknown): void {
  const inner = block(name, here);
  here.steps.push(inner);
  here = inner;
  body();
  here = inner.up ?? inner;
}

type Add = (name: string, body: () => unknown) => void;

const eachOf =
  (add: Add) =>
  (rows: readonly unknown[]) =>
  (name: string, body: Body): void =>
    rows.forEach((row, i) => {
      const values = Array.isArray(row) ? row : [row];
      add(`${name} [${i}]`, () => body(...values));
    });

const nothing = Object.assign((): void => undefined, { each: () => (): void => undefined });

export const test = Object.assign(addTest, { each: eachOf(addTest), skip: nothing });
export const describe = Object.assign(addBlock, { each: eachOf(addBlock), skip: nothing });

const hook =
  (when: When) =>
  (body: () => unknown): void => {
    here.hooks[when].push(body);
  };

export const beforeAll = hook('beforeAll');
export const beforeEach = hook('beforeEach');
export const afterEach = hook('afterEach');
export const afterAll = hook('afterAll');

/** Outermost first. */
const around = (inner: Block | undefined): readonly Block[] => (inner ? [...around(inner.up), inner] : []);

async function call(bodies: readonly (() => unknown)[]): Promise<void> {
  for (const body of bodies) await body();
}

async function runTest({ name, body }: Test, within: Block, state: object): Promise<void> {
  const blocks = around(within);
  const names = [...blocks.map((each) => each.name), name].filter(Boolean);
  jestExpect.setState({ ...state, currentTestName: names.join(' ') });
  try {
    await call(blocks.flatMap(({ hooks }) => hooks.beforeEach));
    await body();
  } finally {
    await call(blocks.toReversed().flatMap(({ hooks }) => hooks.afterEach));
  }
}

async function runBlock(within: Block, state: object): Promise<void> {
  await call(within.hooks.beforeAll);
  try {
    for (const step of within.steps)
      await ('body' in step ? runTest(step, within, state) : runBlock(step, state));
  } finally {
    await call(within.hooks.afterAll);
  }
}

/** Runs the tests of a file until one fails: then it throws. */
export async function runFile(file: string): Promise<void> {
  here = block('');
  await import(file);
  const snapshotState = new snapshots.SnapshotState(
    join(dirname(file), '__snapshots__', `${basename(file)}.snap`),
    {
      rootDir: process.cwd(),
      updateSnapshot: 'none',
      snapshotFormat: { escapeString: false, printBasicPrototype: false },
    },
  );
  await runBlock(here, { testPath: file, snapshotState });
}
