// What the MCP server needs from the program around it, and what a tool is. Types only.
import type { TObject } from 'typebox';
import type { Plan } from '../domain/plan/plan.ts';

/** A Holdfast command that ran to its end. */
export interface CommandResult {
  /** As the command line exits. */
  readonly exit: number;
  /** What the command prints with `--output json`, masked as every output is. */
  readonly document: Readonly<Record<string, unknown>>;
}

export interface RunOptions {
  /** A command that is cancelled while it writes finishes its step or rolls back. */
  readonly signal: AbortSignal;
  /** Is given each step that the command reports. */
  readonly onStep: (text: string) => void;
  /** What the command reads from standard input. */
  readonly stdin?: string;
}

/** What agents may do, from `mcp` in the settings. */
export interface McpPolicy {
  /** `ask`: the client asks a person before each apply. `allowed`: every plan that the guards let pass. `never`: none. */
  readonly apply: 'ask' | 'allowed' | 'never';
  /** Guards that an agent may override, as `--allow` takes them. */
  readonly allow: readonly string[];
}

export interface Host {
  readonly version: string;
  readonly policy: McpPolicy;
  /** Whether the gateway follows an edit of the files in place, without an apply. */
  readonly appliesFiles: boolean;
  /** Runs `holdfast ARGV` as a person would, with the settings that the server was started with. */
  run(argv: readonly string[], options: RunOptions): Promise<CommandResult>;
  /** Applies exactly this plan, or nothing. */
  apply(plan: KeptPlan, options: RunOptions): Promise<CommandResult>;
  /** Restores a backup, or shows what that would change. */
  restore(asked: Restoring, options: RunOptions): Promise<CommandResult>;
  /** A file of the package: a JSON Schema, the skill. */
  readPackageFile(name: string): Promise<string>;
}

export interface Restoring {
  readonly target?: string;
  /** Absent: the newest. */
  readonly backup?: string;
  readonly dryRun: boolean;
}

export type Arguments = Readonly<Record<string, unknown>>;

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: TObject;
  readonly output: TObject;
  /** Changes neither the gateway nor the files. */
  readonly readOnly: boolean;
  /** Can remove or replace what is there. */
  readonly destructive?: boolean;
  /** The list of the result that `offset` and `limit` page. */
  readonly paged?: string;
  run(args: Arguments, call: Call): Promise<Answer>;
}

export interface Call extends RunOptions {
  readonly host: Host;
  /** Plans that this server made, by digest. */
  readonly plans: PlanMemory;
  /** The person's answer to a question of this tool; undefined while nobody was asked. */
  readonly answerOf: (id: string) => 'accepted' | 'declined' | undefined;
}

export interface KeptPlan {
  readonly plan: Plan;
  /** The overrides that the plan was made with; an apply of it needs the same. */
  readonly allow: readonly string[];
}

export interface PlanMemory {
  keep(plan: KeptPlan): void;
  find(digest: string): KeptPlan | undefined;
}

/** What a tool answers: a result, or a question that a person has to answer first. */
export type Answer = { readonly result: ToolResult } | Question;

export interface Question {
  readonly ask: string;
  /** What it is about: the same for the same write. */
  readonly id: string;
}

export interface ToolResult {
  readonly ok: boolean;
  /** The exit code of the command, with what it means. */
  readonly exit: number;
  readonly result: Readonly<Record<string, unknown>>;
  readonly problems: readonly unknown[];
}
