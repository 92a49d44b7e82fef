// `${{ … }}` of workflows, by the library of those who run them.
import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import type { FunctionInfo } from '@actions/expressions/funcs/info';

export type Contexts = Readonly<Record<string, unknown>>;

/** What a step may ask of those before it. */
export interface Progress {
  readonly hasFailed: boolean;
}

/** The value of an expression, without its braces. */
export function evaluate(expression: string, contexts: Contexts, { hasFailed }: Progress): unknown {
  const functions: Record<string, boolean> = {
    always: true,
    success: !hasFailed,
    failure: hasFailed,
    cancelled: false,
  };
  const infos: FunctionInfo[] = Object.keys(functions).map((name) => ({ name, minArgs: 0, maxArgs: 0 }));
  const { tokens } = new Lexer(expression).lex();
  const parsed = new Parser(tokens, Object.keys(contexts), infos).parse();
  const calls = new Map(
    Object.entries(functions).map(([name, value]) => [
      name,
      { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) },
    ]),
  );
  const known = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  const result = new Evaluator(parsed, known, calls).evaluate();
  return result.kind === data.Kind.Boolean ? (result as data.BooleanData).value : result.coerceString();
}

/** A text with its expressions replaced. */
export function interpolated(text: string, contexts: Contexts, progress: Progress): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) =>
    String(evaluate(expression.trim(), contexts, progress)),
  );
}

/** An `if` of a job or a step; without a function that says otherwise it needs the success of what came before. */
export function holds(condition: string | undefined, contexts: Contexts, progress: Progress): boolean {
  if (condition === undefined) return !progress.hasFailed;
  const bare = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition)?.[1] ?? condition;
  const asks = /\b(?:always|failure|success|cancelled)\(\)/.test(bare);
  const value = evaluate(bare.trim(), contexts, progress);
  return (asks || !progress.hasFailed) && value !== false && value !== '' && value !== 'false';
}
