// Every leaf of the v8 catalog on the embedded gateway: changed, verified, unchanged while others write, reverted
// together with the change of the next one. HOLDFAST_TEST_WHOLE runs all of them instead of some.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { translate } from '../../../src/gateway/layout/translate.ts';
import type { Tree } from '../../../src/lib/value.ts';
import { type Fixture, teardown } from '../../apply/setup.ts';
import { everything } from '../../judge/desired.ts';
import { changed, type Leaf, leavesOf } from '../../judge/leaves.ts';
import { isWhole } from '../../support/judged-gateway.ts';
import { gatewayOn, told } from './families.ts';

/** The name of a group makes no difference, and is not written for itself. */
const LABEL = /^api-keys\.(?!openai-compatibility)[a-z]+\[\*\]\.name$/;
const LEAVES = leavesOf(loadCatalog('v8')).filter(({ name }) => !LABEL.test(name));

/** So many, drawn as property tests draw theirs (FC_SEED). */
const SAMPLE = 8;

function sampled(all: readonly Leaf[]): readonly Leaf[] {
  const [some = []] = fc.sample(fc.subarray([...all], { minLength: SAMPLE, maxLength: SAMPLE }), 1);
  return some;
}

/**
 * What all of it is changed from: the same as on v7, a group of credentials in the family that only v8 has, and reports
 * so short that they fit into fewer parts than the default.
 */
function declared(): Tree {
  const { tree } = translate(everything(), 'legacy', 'v8');
  const families = tree['api-keys'] as Tree; // It has some.
  const meta = [{ 'base-url': 'https://meta.example', keys: [{ 'api-key': 'sk-test-meta-1' }] }];
  const credentials = {
    ...(tree['credentials'] as Tree), // It has some, too.
    'in-flight': { 'max-revision-bytes': 15_000_000 },
  };
  return { ...tree, credentials, 'api-keys': { ...families, meta } };
}

describe('every leaf of the catalog of v8', () => {
  let fixture: Fixture;
  let toggled = false;
  const base = declared();

  beforeAll(async () => {
    fixture = await gatewayOn('');
    await declare(base);
    expect(told(await fixture.reconcile())).toMatch(/^\{"kind":"applied"/);
  });
  afterAll(teardown);

  const declare = (tree: Tree): Promise<void> =>
    fixture.declare(stringify(tree, { aliasDuplicateObjects: false }));

  async function becomes(tree: Tree): Promise<void> {
    await declare(tree);
    expect(told(await fixture.reconcile({ prune: true }))).toMatch(/^\{"kind":"applied"/);
    expect(told(await fixture.check())).toMatch(/^\{"kind":"in-sync"/);
    toggled = !toggled;
    // Others write `debug`: it makes the gateway merge its memory into its file.
    expect(await fixture.panel('PUT', 'debug', { value: toggled })).toBe(200);
    expect(told(await fixture.check())).toMatch(/^\{"kind":"in-sync"/);
  }

  test.each(isWhole ? LEAVES : sampled(LEAVES))('$name', (leaf) => becomes(changed(base, leaf)));

  test('the last one is reverted', () => becomes(base));
});
