import { join } from 'node:path';
import { replaysCasesOf } from './support/replaying.ts';

replaysCasesOf('recordings of our own', join(import.meta.dirname, 'own'));
