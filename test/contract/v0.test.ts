import { join } from 'node:path';
import { replaysCasesOf } from './support/replaying.ts';

replaysCasesOf('the contract of the v0 API', join(import.meta.dirname, 'v0/cases'));
