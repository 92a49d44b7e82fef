import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const TOUR = join(import.meta.dirname, '../../src/demo/tour.ts');

test('Ctrl-C ends the tour: it cleans up, reports that in its last line, and exits as a shell expects', async () => {
  const tour = spawn(process.execPath, [TOUR], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [tour.stdout, tour.stderr])
    stream.on('data', (chunk: Buffer) => {
      const before = said;
      said += chunk.toString('utf8');
      // npm forwards the signal that the terminal already sent to the tour: twice counts as once.
      if (before.includes('$ holdfast apply') || !said.includes('$ holdfast apply')) return;
      tour.kill('SIGINT');
      tour.kill('SIGINT');
    });
  const [code] = (await once(tour, 'close')) as [number | null];
  expect(said.trimEnd().split('\n').at(-1)).toBe('Stopped. The sandbox gateway and its files were removed.');
  expect(said).not.toMatch(/^\s+at /m);
  expect(code).toBe(130);
});
