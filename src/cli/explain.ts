// `holdfast explain PATH`.
import type { Command } from 'commander';
import { loadCatalog } from '../gateway/catalog/catalog.ts';
import { explain } from '../gateway/catalog/explain.ts';
import { explanationText } from '../report/explanation-text.ts';
import type { Globals, Io } from './io.ts';
import { onCall } from './options.ts';
import { show } from './show.ts';

export function define(command: Command, io: Io): void {
  const explaining = command
    .argument('<path>', 'a key of the configuration, e.g. openai-compatibility[openrouter].models')
    .addHelpText(
      'after',
      "\nExamples:\n  $ holdfast explain ws-auth\n  $ holdfast explain 'gemini-api-key[*].priority'",
    );
  onCall(explaining, (flags: Globals, path) => {
    const explanation = explain(loadCatalog('legacy'), String(path));
    show(io, flags, 'explain', { explanation }, (style) => explanationText(explanation, style));
  });
}
