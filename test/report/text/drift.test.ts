import { describe, expect, test } from '@jest/globals';
import type { Plan } from '../../../src/domain/plan/plan.ts';
import { driftPlanText } from '../../../src/report/text/drift.ts';
import { PLAIN } from '../../../src/report/text/style.ts';
import { aChange, aPlan, aWrite } from '../../support/build-plan.ts';

const ofFiles = aChange({ id: 'c1', path: 'debug', origin: 'git' });
const ofGateway = aChange({
  id: 'c2',
  path: 'request-retry',
  kind: 'update',
  before: 9,
  after: 5,
  origin: 'drift',
  disposition: 'report',
});
const text = (parts: Partial<Plan>): string => driftPlanText(aPlan(parts), PLAIN);

describe('drift', () => {
  test('is what changed on the gateway, and how to end it', () => {
    const said = text({ memory: { source: 'state' }, changes: [ofFiles, ofGateway], writes: [aWrite()] });
    expect(said).toContain('1 change on the gateway\n  ≠ request-retry');
    expect(said).toContain('keep it: holdfast adopt request-retry --write');
    expect(said).toContain('1 change of the files waits for an apply  see: holdfast plan');
    for (const ofPlan of ['debug', 'Requests', 'Plan:']) expect(said).not.toContain(ofPlan);
  });

  test('is none if only the files changed, new keys included', () => {
    const added = aChange({ id: 'c3', path: 'ws-auth', kind: 'add', origin: 'first' });
    const said = text({ memory: { source: 'state' }, changes: [ofFiles, added] });
    expect(said).toContain('No drift: nothing changed on the gateway.');
    expect(said).toContain('2 changes of the files wait for an apply');
  });

  test('without a memory is any difference', () => {
    const said = text({ memory: { source: 'none' }, changes: [{ ...ofGateway, origin: 'first' }] });
    expect(said).toContain('1 difference between the gateway and the files\n  ≠ request-retry');
  });

  test('is none where nothing differs', () => {
    expect(text({ memory: { source: 'state' }, changes: [], writes: [] })).toMatch(
      /In sync: the gateway matches the files\.$/,
    );
  });
});
