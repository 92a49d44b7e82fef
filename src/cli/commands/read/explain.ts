// `holdfast explain PATH`, and of an error code, a guard or a status.
import { type Command, Option } from 'commander';
import { loadCatalog } from '../../../gateway/catalog/catalog.ts';
import { explain } from '../../../gateway/explain/explain.ts';
import type { Catalog } from '../../../gateway/catalog/field.ts';
import { noKeyText } from '../../../gateway/catalog/nearby.ts';
import { placeOfV8Name } from '../../../gateway/layout/counterpart.ts';
import { formatPath } from '../../../domain/path.ts';
import { fail } from '../../../domain/problem/problem.ts';
import type { Explanation } from '../../../domain/plan/explanation.ts';
import { explanationText } from '../../../report/text/explanation.ts';
import type { Globals, Io } from '../../../compose/io.ts';
import { defineRoute } from './explain-route.ts';
import { explainedWord, explainedWordText, termLike } from './explain-terms.ts';
import { onCall } from '../../io/options.ts';
import { show } from '../../io/show.ts';

interface Flags extends Globals {
  readonly layout?: Catalog['layout'];
}

export function define(command: Command, io: Io): void {
  defineRoute(command, io);
  const explaining = command
    .argument(
      '<what>',
      'a configuration key (for example openai-compatibility[openrouter].models), an error code, a guard or a status',
    )
    .allowExcessArguments()
    .addOption(
      new Option('--layout <layout>', 'the layout of the key (default: the one that has the key)').choices([
        'legacy',
        'v8',
      ]),
    )
    .addHelpText(
      'after',
      "\nExamples:\n  $ holdfast explain ws-auth\n  $ holdfast explain 'gemini-api-key[*].priority'\n  $ holdfast explain routing.retry.request-retry\n  $ holdfast explain routing.strategy --layout v8\n  $ holdfast explain HF3007\n  $ holdfast explain mass-delete\n  $ holdfast explain stale-memory\n  $ holdfast explain route kimi",
    );
  onCall(explaining, (flags: Flags, path) => {
    if (explaining.args.length > 1) throw oneAtATime(explaining.args);
    const word = explainedWord(String(path));
    if (word)
      return show(io, flags, 'explain', { explanation: word }, (style) => explainedWordText(word, style));
    const explanation = withTerms(String(path), () => explanationOf(String(path), flags.layout));
    show(io, flags, 'explain', { explanation }, (style, columns) =>
      explanationText(explanation, style, columns),
    );
  });
}

function oneAtATime(words: readonly string[]): Error {
  return fail('HF1001', `explain takes one path, but got ${words.length}`, {
    remedy: `Use one path at a time. Separate its parts with dots: \`holdfast explain ${words.join('.')}\`.`,
  });
}

/**
 * A path that the flat layout doesn't know can be a v8 path, or a flat name of v8; otherwise the flat layout reports
 * the error.
 */
function explanationOf(path: string, layout: Catalog['layout'] | undefined): Explanation {
  if (layout) return explain(loadCatalog(layout), path);
  const credentials = path.startsWith('api-keys.') ? explainedByV8(path) : undefined;
  if (credentials) return credentials; // client keys have no children
  try {
    return explain(loadCatalog('legacy'), path);
  } catch (unknown) {
    const v8Place = placeOfV8Name(path);
    return explainedByV8(v8Place ? formatPath(v8Place) : path) ?? rethrow(unknown);
  }
}

/** An unknown key can be a misspelled guard or status. */
function withTerms(word: string, work: () => Explanation): Explanation {
  try {
    return work();
  } catch (error) {
    const term = termLike(word);
    if (term === undefined) throw error;
    throw fail('HF1005', noKeyText(word), {
      remedy: `Did you mean ${term}? docs/guards.md lists all guards, docs/keys.md all keys.`,
    });
  }
}

function explainedByV8(path: string): Explanation | undefined {
  try {
    return explain(loadCatalog('v8'), path);
  } catch {
    return undefined;
  }
}

function rethrow(error: unknown): never {
  throw error;
}
