// Sessions of MCP clients: whose they are, how many there are, how long they last. And questions, which are answered once.
import { expect, test } from '@jest/globals';
import { createMemory } from '../../src/mcp/memory.ts';
import { createSessions } from '../../src/mcp/sessions.ts';

const HOUR = 60 * 60 * 1000;
const AGENT = { name: 'agent', role: 'operate' } as const;

function sessionsAt() {
  let now = 0;
  const closed: string[] = [];
  const sessions = createSessions<{ close(): Promise<void> }>(() => now);
  return {
    sessions,
    closed,
    pass: (ms: number) => (now += ms),
    add: (id: string, caller: Parameters<typeof sessions.add>[1] = AGENT) =>
      sessions.add(id, caller, { close: async () => void closed.push(id) }),
  };
}

test('a session is for its own token in its own role', () => {
  const { sessions, add } = sessionsAt();
  add('one');
  expect(sessions.use('one', AGENT)).toBeDefined();
  expect(sessions.use('one', { ...AGENT, role: 'read' })).toBeUndefined();
  expect(sessions.use('one', { ...AGENT, name: 'other' })).toBeUndefined();
  expect(sessions.use('two', AGENT)).toBeUndefined();
});

test('an idle session ends, and so does an old one', () => {
  const { sessions, add, closed, pass } = sessionsAt();
  add('idle');
  add('used');
  for (let hours = 0; hours < 7 * 24; hours += 3) {
    expect(sessions.use('used', AGENT)).toBeDefined();
    pass(3 * HOUR);
  }
  expect(sessions.use('used', AGENT)).toBeUndefined();
  expect(closed).toEqual(['idle', 'used']);
});

test('too many sessions of one token end the one that was idle longest, and none of others', () => {
  const { sessions, add, closed } = sessionsAt();
  add('theirs', { ...AGENT, name: 'other' });
  for (let i = 0; i < 17; i += 1) add(`s${i}`);
  expect(closed).toEqual(['s0']);
  sessions.use('s1', AGENT);
  add('s17');
  expect(closed).toEqual(['s0', 's2']);
  for (let i = 0; i < 200; i += 1) add(`n${i}`, { ...AGENT, name: `token ${i}` });
  expect(closed).toContain('theirs');
  expect(closed).not.toContain('n199');
});

test('an answer counts once, for its own question', () => {
  const { questions } = createMemory();
  const token = questions.ask('apply a');
  expect(questions.settle(token, 'apply b')).toBe(false);
  expect(questions.settle(undefined, 'apply a')).toBe(false);
  expect(questions.settle(token, 'apply a')).toBe(true);
  expect(questions.settle(token, 'apply a')).toBe(false);
});
