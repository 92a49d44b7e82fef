import { join } from 'node:path';
import { replaysCasesOf } from './support/replaying.ts';

replaysCasesOf('the contract of the v8 API', join(import.meta.dirname, 'v8/cases'), 'v8');
