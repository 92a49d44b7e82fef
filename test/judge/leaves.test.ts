// The judge: one change of every leaf of the catalog, and then each of them reverted.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadCatalog } from '../../src/gateway/catalog/catalog.ts';
import type { Tree } from '../../src/lib/value.ts';
import { everything } from './desired.ts';
import { changed, type Leaf, leavesOf } from './leaves.ts';
import {
  inSync,
  isWhole,
  judged,
  restart,
  type RealGateway,
  start,
  openRealGateway,
  unrelatedWrite,
  withRestart,
  writes,
} from './real-gateway.ts';

const ALL = leavesOf(loadCatalog('legacy'));
/** So many on a sandbox, drawn as property tests draw theirs (FC_SEED). */
const SAMPLE = 40;
const LEAVES = isWhole ? ALL : sampled(ALL);

function sampled(all: readonly Leaf[]): readonly Leaf[] {
  const [some = []] = fc.sample(fc.subarray([...all], { minLength: SAMPLE, maxLength: SAMPLE }), 1);
  return some;
}

/** What is declared before each leaf is changed, one on top of the other. */
function foreseen(): ReadonlyMap<string, Tree> {
  let tree = everything();
  const before = new Map<string, Tree>();
  for (const leaf of LEAVES) {
    before.set(leaf.name, tree);
    tree = changed(tree, leaf);
  }
  return before;
}

judged('every leaf of the catalog', () => {
  let realGateway: RealGateway;
  let current = everything();
  const before = new Map(foreseen());

  beforeAll(async () => {
    await start('request-retry: 1\n');
    realGateway = await openRealGateway(current, {
      target: { adopted: true },
      policy: { prune: true, 'max-deletes': 1000, 'max-replaces': 1000 },
    });
    await realGateway.holdfast('apply', '--yes');
  });
  afterAll(() => realGateway.leave());

  async function change(leaf: Leaf): Promise<void> {
    const next = changed(current, leaf);
    before.delete(leaf.name);
    await writes(realGateway, next);
    await inSync(realGateway);
    await unrelatedWrite();
    await inSync(realGateway);
    before.set(leaf.name, current);
    current = next;
  }

  test.each(LEAVES)('$name is changed, and stays so when others write something else', change);

  withRestart('all of it is there after a restart', async () => {
    await realGateway.declare(current);
    await restart();
    await inSync(realGateway);
  });

  test.each(LEAVES.toReversed())('$name is reverted', async ({ name }) => {
    const former = before.get(name);
    if (!former) return;
    await realGateway.declare(former);
    expect(await realGateway.holdfast('apply', '--yes')).toMatchObject({ exit: 0 });
    await inSync(realGateway);
    await unrelatedWrite();
    await inSync(realGateway);
  });

  withRestart('nothing of it is left after a restart', async () => {
    await restart();
    await inSync(realGateway);
  });
});
