// Preloaded where the tests of one mutant run: changes one place of one file as it is loaded, so that the checkout stays as
// it is, and gives the tests a `@jest/globals` of their own.
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

interface Change {
  readonly path: string;
  readonly at: number;
  readonly from: string;
  readonly to: string;
}

const GLOBALS = new URL('globals.ts', import.meta.url).href;
const given = process.env['MUTANT'];
const change = given === undefined ? undefined : (JSON.parse(given) as Change); // Written by mutants.ts.
const changed = change && pathToFileURL(change.path).href;

function changedText(text: string, { at, from, to }: Change): string {
  if (text.slice(at, at + from.length) !== from) throw new Error('the file has changed since it was read');
  return text.slice(0, at) + to + text.slice(at + from.length);
}

registerHooks({
  resolve: (name, context, next) =>
    name === '@jest/globals' && context.parentURL?.endsWith('.ts')
      ? { url: GLOBALS, shortCircuit: true }
      : next(name, context),
  load: (url, context, next) => {
    const loaded = next(url, context);
    if (!change || url !== changed) return loaded;
    return { ...loaded, source: changedText(String(loaded.source), change) };
  },
});
